"""What `make run` looks at before it installs anything: each obstacle is one sentence with what to type.

It runs under whatever Python a person has, before any package is there: the standard library only, and no
syntax younger than Python 3.6, so that an old Python is told so instead of stumbling over this file.

    python3 -m dashboard.preflight --port 8501
"""

import argparse
import importlib.util
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
GIB = 1024**3
# Measured: the environment takes 2.6 GiB (5 GiB more with CUDA), pip unpacks beside it, runs want some room.
INSTALL_BYTES = 5 * GIB
INSTALL_CUDA_BYTES = 14 * GIB
UNPACK_BYTES = 2 * GIB
RUN_BYTES = GIB // 2


def python_obstacle(major: int, minor: int) -> str:
    """Why this version of Python will not do, or nothing."""
    if OLDEST <= (major, minor) <= NEWEST:
        return ""
    return (
        f"BoardLab needs Python 3.11, 3.12 or 3.13 and this is {major}.{minor}: install one "
        "(Debian and Ubuntu: sudo apt-get install python3.11 python3.11-venv; macOS: brew install python@3.12) "
        "and type: make run PYTHON=python3.12"
    )


def platform_obstacle(system: str, machine: str, libc: str) -> str:
    """Why TensorFlow or TensorBoard's data server does not exist for this machine, or nothing.

    `system`, `machine` and `libc` are as the module `platform` names them.
    """
    if system == "Linux" and machine in ("x86_64", "AMD64"):
        if libc == "glibc":
            return ""
        return (
            "TensorFlow needs a Linux with glibc, and this one has another C library: "
            "use Debian, Ubuntu or Fedora, for example type: docker run -it -p 8501:8501 debian"
        )
    if system == "Darwin" and machine == "arm64":
        return ""
    if system == "Darwin":
        return (
            "TensorFlow 2.21 does not exist for Macs with Intel processors: "
            "run BoardLab on Linux and reach it from here, type: ssh -L 8501:localhost:8501 that-machine"
        )
    if system == "Windows":
        return "BoardLab runs on Linux and macOS: type wsl --install and start it again inside that Linux."
    return (
        f"BoardLab runs on Linux x86-64 and on macOS, and this is {system} {machine}: "
        "run it there and reach it from here, type: ssh -L 8501:localhost:8501 that-machine"
    )


def rosetta_obstacle(system: str, machine: str) -> str:
    """Why TensorBoard's data server, which exists for Macs with Intel processors only, will not run, or nothing."""
    if (system, machine) != ("Darwin", "arm64"):
        return ""
    if subprocess.run(["/usr/bin/arch", "-x86_64", "/usr/bin/true"], check=False).returncode == 0:
        return ""
    return "TensorBoard's data server needs Rosetta on this Mac: type softwareupdate --install-rosetta and try again."


def venv_obstacle(has_venv: bool, version: str) -> str:
    """Why no environment can be made, or nothing. `version` is as "3.11"."""
    if has_venv:
        return ""
    return (
        "This Python cannot make environments because its module venv is missing: "
        f"type sudo apt-get install python{version}-venv"
    )


def disk_obstacle(free_bytes: int, needed_bytes: int, folder: str) -> str:
    """Why there is too little room, or nothing."""
    if free_bytes >= needed_bytes:
        return ""
    return (
        f"BoardLab needs {needed_bytes / GIB:.1f} GiB of disk in {folder} and {free_bytes / GIB:.1f} GiB are free: "
        f"free some, to see what fills the disk type: du -xh {folder} | sort -h | tail"
    )


def port_obstacle(port: str) -> str:
    """Why the app cannot listen on this port of the loopback address, or nothing."""
    if not set(port) <= set("0123456789") or not 1 <= int(port) <= 65535:
        return f"{port!r} is no port: give a number from 1 to 65535, for example type: make run PORT=8502"
    try:
        _listen(int(port))
    except PermissionError:
        return f"Port {port} is reserved for the system: take a higher one, type: make run PORT=8501"
    except OSError:
        return (
            f"Port {port} is taken by another program, perhaps by a BoardLab that is already running "
            f"(look at http://localhost:{port}): stop it, or take another port, type: make run PORT={_free_port()}"
        )
    return ""


def obstacles(port: str, folder: Path, cuda: bool) -> "list[str]":
    """All sentences for this machine; an empty list means that the app can be installed and started.

    An empty `port` is not looked at: tests choose their own.
    """
    installed = (folder / ".venv" / "bin" / "python").exists()
    needed = RUN_BYTES if installed else INSTALL_CUDA_BYTES if cuda else INSTALL_BYTES
    scratch = tempfile.gettempdir()
    system, machine = platform.system(), platform.machine()
    has_venv = all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))
    sentences = [
        python_obstacle(sys.version_info[0], sys.version_info[1]),
        platform_obstacle(system, machine, platform.libc_ver()[0]),
        rosetta_obstacle(system, machine),
        venv_obstacle(has_venv, f"{sys.version_info[0]}.{sys.version_info[1]}"),
        disk_obstacle(shutil.disk_usage(str(folder)).free, needed, str(folder)),
        "" if installed else disk_obstacle(shutil.disk_usage(scratch).free, UNPACK_BYTES, scratch),
        port_obstacle(port) if port else "",
    ]
    return [sentence for sentence in sentences if sentence]


def main() -> int:
    """Prints the obstacles; the exit code is 1 where there are any."""
    parser = argparse.ArgumentParser(description="Looks whether BoardLab can be installed and started here.")
    parser.add_argument(
        "--port", default="", help="the port the app will listen on; none: it is not looked at"
    )
    parser.add_argument("--folder", default=".", help="the folder of the checkout")
    parser.add_argument(
        "--cuda", action="store_true", help="TensorFlow's CUDA libraries will be installed too"
    )
    arguments = parser.parse_args()
    found = obstacles(arguments.port, Path(arguments.folder).resolve(), arguments.cuda)
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


def _listen(port: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # As the server does it: a port whose last connections are still closing is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(1)
        return int(listener.getsockname()[1])


def _free_port() -> int:
    return _listen(0)


if __name__ == "__main__":
    sys.exit(main())

"""The pages before a test: run by Streamlit's AppTest on real run folders, with the real services behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from dashboard.services import close_services, services
from tests.running import REPOSITORY, end_trainers

OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def packages_looked_through_once() -> Iterator[None]:
    """AppTest looks through all installed packages for components at every run of a page: half of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)
        )
        yield


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The log folder of a lab whose services run for the tests of one module."""
    folder = tmp_path_factory.mktemp("lab") / "logs"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOARDLAB_LOGDIR", str(folder))
        patch.setenv("BOARDLAB_LANGUAGE", "en")
        # The browser tests start runs with a spare; here it would import TensorFlow once more for every module.
        patch.setenv("BOARDLAB_SPARE", "0")
        yield folder
        close_services()
        end_trainers(folder)


@pytest.fixture
def open_page(lab: Path) -> OpenPage:
    """Opens a page of this lab as a browser would: by the name of its file and the parameters of its address.

    The listing is read first: what a test just put into the folder is known at once, not within a second.
    """

    def open_page(name: str = "train", **parameters: str | list[str]) -> AppTest:
        services().listing.refresh()
        page = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=30)
        for parameter, value in parameters.items():
            page.query_params[parameter] = value
        if name != "train":
            page.switch_page(f"dashboard/pages/{name}.py")
        page.run()
        assert not page.exception, page.exception
        return page

    return open_page

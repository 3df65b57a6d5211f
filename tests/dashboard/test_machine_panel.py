"""Tiles and table of the machine as HTML: what stands there, and that nothing of it is anybody's markup."""

from __future__ import annotations

import re

from dashboard.machine_gpus import Gpu, Gpus
from dashboard.machine_load import Look, Use
from dashboard.machine_panel import process_table, tiles
from dashboard.machine_processes import LabProcess
from trainers.runs import ProcessIdentity

WHO = ProcessIdentity(host="h", boot_id="b", pid=4711, started=0.0)
TRAINER = Use(LabProcess("trainer", WHO, "e/软件"), cores=1.5, memory=740_000_000, gpu_memory=2_000_000_000)
SPARE = Use(LabProcess("spare", WHO), cores=0.0, memory=500_000_000)


def look(*gpus: Gpu, cores: tuple[float, ...] = (1.0, 0.5), disk: int | None = 250) -> Look:
    return Look(cores, 6_000, 24_000, disk, 1_000 if disk else None, Gpus(gpus), ())


def words(markup: str) -> list[str]:
    return [part.strip() for part in re.sub(r"<[^>]*>", "\n", markup).splitlines() if part.strip()]


def test_tiles_tell_processor_memory_disk_and_each_card():
    shown = words(tiles(look(Gpu(0, "NVIDIA T4", 3_000, 16_000, 0.75), Gpu(1, "NVIDIA A100"))))
    assert shown == [
        *("Processor", "75 %", "of 2 cores"),
        *("Memory", "6 kB", "of 24 kB used"),
        *("Disk of the runs", "250 B", "of 1 kB free"),
        *("GPU 0: NVIDIA T4", "75 %", "busy", "Memory: 3 kB of 16 kB"),
        *("GPU 1: NVIDIA A100", "–", "busy"),
    ]
    assert "Disk of the runs" not in tiles(look(disk=None))


def test_a_full_disk_stands_out_and_a_busy_core_does_not():
    assert 'class="full"' not in tiles(look(cores=(1.0, 1.0)))
    assert tiles(look(disk=20)).count('class="full"') == 1


def test_each_core_has_a_bar_of_its_load():
    assert re.findall(r'title="(Core [^"]*)"><i style="width:([\d.]+)%', tiles(look())) == [
        ("Core 0: 100 %", "100.0"),
        ("Core 1: 50 %", "50.0"),
    ]


def test_the_table_tells_who_takes_what_and_leads_to_the_run():
    shown = process_table([TRAINER, SPARE], {"e/软件": "第二次"}, with_gpu=True)
    assert words(shown) == [
        *("Process", "Run", "CPU, 100 % is a core", "Memory", "GPU memory", "Number"),
        *("Trains", "第二次", "150 %", "740 MB", "2.0 GB", "4711"),
        *("Spare: lets the next run start at once", "0 %", "500 MB", "–", "4711"),
    ]
    assert 'href="/?run=e%2F%E8%BD%AF%E4%BB%B6"' in shown
    assert "GPU memory" not in process_table([TRAINER], {}, with_gpu=False)
    assert "4711" not in process_table([TRAINER], {}, with_gpu=False, short=True)


def test_names_that_people_gave_are_no_markup():
    run = 'e/"><script>alert(1)</script>'
    shown = process_table([Use(LabProcess("trainer", WHO, run), 0, 0)], {run: "<b>x</b>"}, with_gpu=False)
    assert "<script" not in shown and "<b>" not in shown
    assert "<img" not in tiles(look(Gpu(0, "<img src=x>")))

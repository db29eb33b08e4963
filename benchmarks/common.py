"""What the benchmarks share: run a thing several times and print its middle figure."""

from __future__ import annotations

import platform
import resource
import statistics
import time
from collections.abc import Callable


def measure(label: str, action: Callable[[], object], *, runs: int = 7, per: int = 1) -> float:
    """Run ``action`` once to warm up, then ``runs`` times; print and return the median.

    Processor milliseconds per ``per`` units of work, with the smallest and largest run and
    the median of the clock on the wall.
    """
    action()
    processor, wall = [], []
    for _ in range(runs):
        cpu, clock = time.process_time(), time.perf_counter()
        action()
        processor.append((time.process_time() - cpu) * 1000 / per)
        wall.append((time.perf_counter() - clock) * 1000 / per)
    middle = statistics.median(processor)
    print(
        f"{label}: {middle:.2f} ms processor (least {min(processor):.2f}, most "
        f"{max(processor):.2f}), {statistics.median(wall):.2f} ms wall, {runs} runs"
    )
    return middle


def machine() -> None:
    """Print what the figures were taken on."""
    print(f"{platform.machine()}, Python {platform.python_version()}")


def peak_mib() -> float:
    """Return the largest memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

"""What a phone needs from the scan of the code until it may answer, in Chromium."""

import time
from typing import NamedTuple

from playwright.sync_api import CDPSession, Page

SLOWED = 4  # times, the processor of a slow phone
BITS = 1_600_000  # a second, of a slow line
ROUND_TRIP = 0.15  # seconds
FILES = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
    .map((one) => [one.startTime, one.responseEnd, one.transferSize])"""


class Arrival(NamedTuple):
    """What it took: seconds; bytes; round trips, one after the other; seconds of the page's own processor time."""

    seconds: float
    size: int
    rounds: int
    computed: float

    @property
    def on_a_slow_phone(self) -> float:
        """Seconds that bytes, round trips and computing come to on a slow phone, whatever this machine does beside."""
        return SLOWED * self.computed + 8 * self.size / BITS + ROUND_TRIP * self.rounds


def arrival(page: Page, address: str, slowed: bool = False) -> Arrival:
    """Open a room's page as if for the first time, and wait until it can be answered."""
    chromium = page.context.new_cdp_session(page)
    chromium.send("Network.enable")
    chromium.send("Network.setCacheDisabled", {"cacheDisabled": True})
    chromium.send("Performance.enable", {"timeDomain": "threadTicks"})
    if slowed:
        line = {"downloadThroughput": BITS / 8, "uploadThroughput": BITS / 16, "latency": 1000 * ROUND_TRIP}
        chromium.send("Network.emulateNetworkConditions", {"offline": False, **line})
        chromium.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    computed, began = _computed(chromium), time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("main.story[data-ready]").wait_for()
    seconds, computed = time.perf_counter() - began, _computed(chromium) - computed
    files = sorted(page.evaluate(FILES))
    chromium.detach()
    return Arrival(seconds, sum(size for *_, size in files), 1 + _rounds(files), computed)


def _computed(chromium: CDPSession) -> float:
    metrics = chromium.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "ThreadTime"))


def _rounds(files: list[list[float]]) -> int:
    """How many waves of files there are, each asked for when some file of the one before was there."""
    rounds, there = 0, 0.0
    for start, end, _ in files:
        if start >= there:
            rounds, there = rounds + 1, end
        there = min(there, end)
    return rounds

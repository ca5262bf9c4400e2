"""Hours of a crowd: visitors who change something every few seconds, and a hall of phones, on one server.

Visitors speak the server's own protocol: they open pages, at addresses with settings, and draw anew. Phones follow a
lecturer who moves on, and vote. What is held: 95 % of the answers within a second, none failed, and a memory that is
flat after the first ten minutes (in a short run: after its first third). Only 127.0.0.1 is asked::

    python -m bench.soak [--minutes 120] [--visitors 300] [--phones 300] [--every 10]
"""

import argparse
import asyncio
import random
import statistics
import sys
import time

from bench.hall import Hall, hall
from bench.visitors import Visitor, megabytes, visitor
from dropviz.serving import allow_many_files
from tools.running import App, app

PAGES = ("explore", "which-p", "mistakes", "next-layer", "answer", "noise", "schedule", "where")
JOINED = 60.0  # seconds in which the visitors arrive
SETTLED = 600.0  # seconds after which memory is to be flat, or a third of a shorter run
TOLD = 300.0  # seconds between two lines that say how it goes
GROWTH = 0.1  # of the memory then: more is a leak
SLOW = 1.0  # seconds that 95 % of the answers may take


class Seen:
    """Seconds of every answer, what failed, and the memory over time."""

    def __init__(self) -> None:
        self.answers: list[float] = []
        self.failed: list[str] = []
        self.memory: list[tuple[float, float]] = []

    def within(self, share: float) -> float:
        """The seconds within which so large a share was answered."""
        return sorted(self.answers)[int(share * (len(self.answers) - 1))]

    def growth(self, settled: float) -> float:
        """By how much of itself memory grew from ``settled`` seconds on: medians of fifths, at its ends."""
        later = [megabytes for at, megabytes in self.memory if at >= settled]
        fifth = max(1, len(later) // 5)
        return statistics.median(later[-fifth:]) / statistics.median(later[:fifth]) - 1.0


def change(rng: random.Random) -> dict[str, str]:
    """Something that a visitor does on a page."""
    page = rng.choice(PAGES)
    if page == "explore" and rng.random() < 0.5:
        return {"page": page, "press": "new draw", "query": "view=full"}
    return {"page": page, "query": f"rate={rng.randrange(95) / 100:g}"}


async def visit(url: str, number: int, every: float, until: float, seen: Seen) -> None:
    """One visitor, until the end."""
    rng = random.Random(number)
    await asyncio.sleep(rng.uniform(0.0, min(JOINED, (until - time.perf_counter()) / 4)))
    async with visitor(url, "explore", "view=full") as mine:
        while time.perf_counter() < until:
            await asyncio.sleep(rng.uniform(0.5, 1.5) * every)
            asked = change(rng)
            if asked.get("press", "") not in {"", *mine.buttons}:
                del asked["press"]
            await answered(mine, asked, seen)


async def answered(mine: Visitor, asked: dict[str, str], seen: Seen) -> None:
    """Ask, and note how long it took."""
    try:
        seen.answers.append(await mine.ask(**asked))
    except (TimeoutError, OSError) as error:
        seen.failed.append(f"{asked}: {error!r}")


async def teach(room: Hall, every: float, until: float, seen: Seen) -> None:
    """The lecturer moves on, and a tenth of the phones votes; each phone must see every scene within a second."""
    number = 0
    while time.perf_counter() < until:
        await asyncio.sleep(every)
        number += 1
        scene = 1 + number % 10
        began = time.perf_counter()
        await room.move(scene=scene, revealed=False)
        try:
            await room.all(lambda state, scene=scene: state["scene"] == scene)  # type: ignore[misc]
        except TimeoutError:
            seen.failed.append(f"scene {scene} did not reach all phones")
        seen.answers.append(time.perf_counter() - began)
        if scene == 1:
            await asyncio.gather(*(phone.vote(0) for phone in room.phones[::10]))


async def weigh(pid: int, began: float, until: float, seen: Seen) -> None:
    """Note the memory, again and again, and say now and then how it goes."""
    told = began
    while (now := time.perf_counter()) < until:
        seen.memory.append((now - began, megabytes(pid)))
        if now - told >= TOLD:
            told = now
            print(
                f"{(now - began) / 60.0:6.0f} min{seen.memory[-1][1]:>8.0f} MB{len(seen.answers):>9} answers, "
                f"95 % within {seen.within(0.95):.2f} s, {len(seen.failed)} failed",
                flush=True,
            )
        await asyncio.sleep(2.0)


async def soak(server: App, options: argparse.Namespace) -> Seen:
    """All of it."""
    seen, began = Seen(), time.perf_counter()
    until = began + 60.0 * options.minutes
    async with hall(server.port, options.phones) as room:
        crowd = [visit(server.url, number, options.every, until, seen) for number in range(options.visitors)]
        done = await asyncio.gather(
            weigh(server.pid, began, until, seen),
            teach(room, options.every, until, seen),
            *crowd,
            return_exceptions=True,
        )
    seen.failed += [repr(error) for error in done if isinstance(error, BaseException)]
    return seen


def main() -> None:
    """Run, print what was seen, and end with 1 if it is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--visitors", type=int, default=300)
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two changes of a visitor")
    parser.add_argument("--slow", type=float, default=SLOW, help="seconds that 95 %% of the answers may take")
    options = parser.parse_args()
    allow_many_files()
    settled = min(SETTLED, 60.0 * options.minutes / 3)
    with app() as server:
        seen = asyncio.run(soak(server, options))
    growth = seen.growth(settled)
    print(f"{options.visitors} visitors and {options.phones} phones for {options.minutes:g} minutes")
    print(f"{'answers':60}{len(seen.answers):>10}")
    print(f"{'failed':60}{len(seen.failed):>10}{'0':>12}")
    print(f"{'half of them within':60}{seen.within(0.5):>8.2f} s")
    print(f"{'95 % of them within':60}{seen.within(0.95):>8.2f} s{f'≤ {options.slow:g} s':>12}")
    print(f"{'memory at the end':60}{seen.memory[-1][1]:>7.0f} MB")
    print(
        f"{f'its growth after the first {settled:.0f} s':60}{100.0 * growth:>8.1f} %{f'≤ {100 * GROWTH:g} %':>12}"
    )
    for failure in seen.failed[:5]:
        print(failure)
    sys.exit(bool(seen.failed or growth > GROWTH or seen.within(0.95) > options.slow))


if __name__ == "__main__":
    main()

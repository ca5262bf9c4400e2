"""How long a visitor waits while others train, and what starting and stopping again and again leaves in memory.

Visitors speak the server's own protocol, without a browser that would take the cores for itself. One of them opens
pages and draws anew, first alone, then while the others train the largest run that the page allows; what counts is the
time until the server has answered whole. Only 127.0.0.1 is asked::

    python -m bench visitors [--visitors 10] [--rounds 12] [--cycles 30] [--joins 500]
"""

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tools.running import app

LONG = "training=own&training_epochs=200&training_seeds=3&training_width=256"  # nearly all that a visitor may ask for
SHORT = "training=own&training_data=moons&training_epochs=200"
PAGES = ("mistakes", "next-layer", "")  # the last one, the first page, has the button
MOST_SECONDS = 60.0  # of one answer: after that the bench gives up


class Visitor:
    """One session: what it asks, and the buttons that it has been shown."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.buttons: dict[str, str] = {}
        self.interval, self.fragment = 0.0, ""

    async def ask(self, page: str = "", query: str = "", press: str = "", fragment: str = "") -> float:
        """Let the page, or one of its fragments, run; seconds until it has ended."""
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.query_string = page, query
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        if press:
            state.widget_states.widgets.add(id=self.buttons[press], trigger_value=True)
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await asyncio.wait_for(self._answer(), MOST_SECONDS)
        return time.perf_counter() - began

    async def _answer(self) -> None:
        while True:
            answer = ForwardMsg.FromString(bytes(await self.socket.recv()))  # type: ignore[arg-type]
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.HasField("button"):
                button = answer.delta.new_element.button
                self.buttons[button.label] = button.id
            elif kind == "auto_rerun":
                self.interval, self.fragment = answer.auto_rerun.interval, answer.auto_rerun.fragment_id
            elif kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    async def train(self, phase: float) -> None:
        """What the browser does while a training runs: look, again and again, from a share of the interval on."""
        await asyncio.sleep(phase * self.interval)
        while True:
            await asyncio.sleep(self.interval)
            await self.ask(fragment=self.fragment)


@contextlib.asynccontextmanager
async def visitor(url: str, page: str, query: str = "", browser: str = "bench") -> AsyncIterator[Visitor]:
    """A visitor who has opened a page, and what the browser is called."""
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    options: dict[str, Any] = {"subprotocols": ["streamlit"], "max_size": None, "user_agent_header": browser}
    async with connect(address, **options) as socket:
        mine = Visitor(socket)
        await mine.ask(page, query)
        yield mine


async def waits(url: str, rounds: int) -> list[float]:
    """Seconds of opening a page, and of a control's change, as often as asked."""
    async with visitor(url, PAGES[-1], "view=full") as looker:
        seconds = []
        for _ in range(rounds):
            seconds += [await looker.ask(page) for page in PAGES]
            seconds.append(await looker.ask(PAGES[-1], press="new draw"))
    return seconds


async def crowd(url: str, visitors: int, rounds: int) -> tuple[list[float], list[float]]:
    """The waits on an idle server, and while others train."""
    await waits(url, 2)  # fills the caches
    alone = await waits(url, rounds)
    async with contextlib.AsyncExitStack() as stack:
        others = [await stack.enter_async_context(visitor(url, "training", LONG)) for _ in range(visitors)]
        await asyncio.gather(*(other.ask("training", press="Train") for other in others))
        if not all(other.fragment for other in others):
            raise RuntimeError("a training has not begun")
        # people do not click in the same instant
        work = [asyncio.create_task(other.train(place / visitors)) for place, other in enumerate(others)]
        await asyncio.sleep(1.0)
        beside = await waits(url, rounds)
        if any(task.done() for task in work):
            raise RuntimeError("a training ended before the measurement did")
        for task in work:
            task.cancel()
    return alone, beside


async def start_and_stop(url: str, cycles: int) -> None:
    """One visitor trains and stops again and again."""
    async with visitor(url, "training", SHORT) as mine:
        for _ in range(cycles):
            await mine.ask("training", press="Train")
            await mine.ask(fragment=mine.fragment)
            await mine.ask("training", press="Stop")


async def leave(url: str, cycles: int) -> None:
    """As many visitors begin a training, and leave in the middle of it."""
    for _ in range(cycles):
        async with visitor(url, "training", SHORT) as mine:
            await mine.ask("training", press="Train")
            await mine.ask(fragment=mine.fragment)


async def joins(url: str, together: int) -> float:
    """Seconds until as many visitors as ask for the first screen at once have it whole."""

    async def join() -> None:
        async with visitor(url, PAGES[-1]):
            pass

    await join()  # fills the caches
    began = time.perf_counter()
    await asyncio.gather(*(join() for _ in range(together)))
    return time.perf_counter() - began


def megabytes(pid: int) -> float:
    """Memory that a process holds; NaN where there is no /proc."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return float("nan")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--cycles", type=int, default=30)
    parser.add_argument("--joins", type=int, default=500)
    options = parser.parse_args()
    with app() as server:
        joined = asyncio.run(joins(server.url, options.joins))
    memory: dict[str, list[float]] = {"starts and stops": [], "visitors who left": []}
    with app() as server:
        alone, beside = asyncio.run(crowd(server.url, options.visitors, options.rounds))
        for name, again in zip(memory, (start_and_stop, leave), strict=True):
            for _ in range(3):
                asyncio.run(again(server.url, options.cycles))
                memory[name].append(megabytes(server.pid))
    print(
        f"{options.joins} visitors who join at once have the first screen after {joined:.1f} s (demand: 500 in 7 s)"
    )
    print(f"A visitor who opens pages and draws anew, beside {options.visitors} who train")
    for name, at in (("median", 0.5), ("90 %", 0.9)):
        one, other = (sorted(times)[int(at * (len(times) - 1))] for times in (alone, beside))
        print(
            f"{f'wait, {name}':30}{1000 * one:>8.0f} ms alone{1000 * other:>8.0f} ms beside{other / one:>8.2f}×"
        )
    print(
        f"{'longest wait beside them':30}{1000 * max(beside):>8.0f} ms, mean {1000 * statistics.mean(beside):.0f} ms"
    )
    for name, held in memory.items():
        told = ", ".join(f"{each:.0f}" for each in held)
        print(f"memory after {options.cycles}, {2 * options.cycles}, {3 * options.cycles} {name}: {told} MB")
    print("(Streamlit keeps a session that has left for two minutes, and at most 128 of them.)")


if __name__ == "__main__":
    main()

"""A hall of phones on one server: how soon they are there, follow the lecturer, are counted, and come back.

Phones are sockets of this process, all behind one address, and share the cores with the server. A phone fetches its
page, the script and the story, and then follows. Only 127.0.0.1 is asked::

    python -m bench hall [--phones 1000] [--lost 100] [--scenes 20]
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import signal
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import ViewportSize, sync_playwright

from bench.phone import arrival
from bench.visitors import megabytes
from dropviz.serving.served import allow_many_files
from tools import browser
from tools.running import HOST, app, redis_server
from tools.services import MISSING, find

SCANS = 5  # by a slow phone
UPRIGHT: ViewportSize = {"width": 390, "height": 844}
OPTIONS = 3  # of the first question
PATIENCE = 60.0  # seconds after which the bench gives up


class Answer(NamedTuple):
    """What came back at once: status and body."""

    status: int
    body: bytes


async def ask(
    port: int, method: str, path: str, body: Any = None, key: str = "", zipped: bool = False
) -> Answer:
    """One request on a line of its own."""
    sent = b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}:{port}",
        "Connection: close",
        f"Content-Length: {len(sent)}",
    ]
    lines += [f"Authorization: Bearer {key}"] * bool(key) + ["Accept-Encoding: gzip"] * zipped
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode() + sent)
        head = await reader.readuntil(b"\r\n\r\n")
        return Answer(int(head.split(b" ", 2)[1]), await reader.read())
    finally:
        writer.close()


class Phone:
    """A phone in a room: it follows, notes when it saw each state, and comes back when the line breaks."""

    def __init__(self, port: int, room: str, number: int) -> None:
        self.port, self.room = port, room
        self.voter = f"phone-of-the-bench-{number:06}" if number >= 0 else ""
        self.state: dict[str, Any] = {}
        self.seen = 0.0  # when
        self.news = asyncio.Event()
        self.writer: asyncio.StreamWriter | None = None
        self.retry = 1.0

    async def arrive(self) -> None:
        """What a browser fetches before it follows."""
        page = await ask(self.port, "GET", f"/hall/{self.room}")
        for script in re.findall(rb'src="\.\./([^"]+)"', page.body):
            await ask(self.port, "GET", f"/{script.decode()}", zipped=True)
        await ask(self.port, "GET", f"/hall/{self.room}/story", zipped=True)

    async def live(self) -> None:
        """Follow until cancelled."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._follow()
            await asyncio.sleep(self.retry * random.uniform(0.8, 1.2))

    async def _follow(self) -> None:
        reader, self.writer = await asyncio.open_connection(HOST, self.port)
        try:
            query = f"?voter={self.voter}" if self.voter else ""
            self.writer.write(
                f"GET /hall/{self.room}/events{query} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
            )
            while line := await reader.readline():
                if line.startswith(b"data: {"):
                    self.state, self.seen = json.loads(line[6:]), time.perf_counter()
                    self.news.set()
                elif line.startswith(b"retry: "):
                    self.retry = int(line[7:]) / 1000
        finally:
            self.writer.close()

    async def until(self, true: Callable[[dict[str, Any]], bool]) -> float:
        """When it saw a state of which this is true."""
        while not (self.state and true(self.state)):
            self.news.clear()
            await self.news.wait()
        return self.seen

    def lose(self) -> None:
        """Lose the line, and what was seen."""
        self.state = {}
        if self.writer:
            self.writer.transport.abort()

    async def vote(self, option: int) -> int:
        """The status of a vote in the first scene."""
        vote = {"scene": 1, "option": option, "voter": self.voter}
        return (await ask(self.port, "POST", f"/hall/{self.room}/votes", vote)).status


class Hall(NamedTuple):
    """A room, its key, the phones in it and the screen."""

    port: int
    room: str
    key: str
    phones: list[Phone]
    screen: Phone

    async def move(self, **changes: Any) -> None:
        """Let the lecturer stand elsewhere."""
        answer = await ask(self.port, "PUT", f"/hall/{self.room}/state", changes, self.key)
        if answer.status != 204:
            raise RuntimeError(f"{answer.status} {answer.body!r}")

    async def all(self, true: Callable[[dict[str, Any]], bool]) -> list[float]:
        """When every phone saw a state of which this is true, in order."""
        waits = (phone.until(true) for phone in self.phones)
        return sorted(await asyncio.wait_for(asyncio.gather(*waits), PATIENCE))


@contextlib.asynccontextmanager
async def hall(port: int, phones: int) -> AsyncIterator[Hall]:
    """A new room, with phones that are not there yet."""
    opened = json.loads((await ask(port, "POST", "/hall", {"story": ""})).body)
    room = Hall(
        port, opened["room"], opened["key"], [Phone(port, opened["room"], number) for number in range(phones)],
        Phone(port, opened["room"], -1),
    )  # fmt: skip
    tasks = [asyncio.create_task(room.screen.live())]

    async def join(phone: Phone) -> None:
        await phone.arrive()
        tasks.append(asyncio.create_task(phone.live()))

    await asyncio.gather(*map(join, room.phones))
    try:
        yield room
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def scene_times(room: Hall, scenes: int) -> list[float]:
    """Seconds until 99 % of the phones have seen a scene, of each."""
    found = []
    for number in range(scenes):
        wanted = 2 + number % 9
        began = time.perf_counter()
        await room.move(scene=wanted)
        times = await room.all(lambda state, wanted=wanted: state["scene"] == wanted)  # type: ignore[misc]
        found.append(times[int(0.99 * (len(times) - 1))] - began)
        await asyncio.sleep(0.2)
    await room.move(scene=1)
    return found


async def vote_times(room: Hall) -> tuple[float, Counter[int]]:
    """Seconds until a vote of every phone is counted, a third of which then changes; and what they chose at last."""
    chosen = {phone: number % OPTIONS for number, phone in enumerate(room.phones)}
    began = time.perf_counter()
    statuses = await asyncio.gather(*(phone.vote(option) for phone, option in chosen.items()))
    counted = await room.screen.until(lambda state: state["answered"] == len(room.phones))
    for phone in room.phones[::3]:
        chosen[phone] = (chosen[phone] + 1) % OPTIONS
    statuses += await asyncio.gather(*(phone.vote(chosen[phone]) for phone in room.phones[::3]))
    if set(statuses) != {204}:
        raise RuntimeError(f"votes were refused: {Counter(statuses)}")
    return counted - began, Counter(chosen.values())


async def counts(room: Hall) -> Counter[int]:
    """What is told at the reveal."""
    await room.move(scene=1, revealed=True)
    await room.screen.until(lambda state: "counts" in state and state["scene"] == 1)
    return Counter(dict(enumerate(room.screen.state["counts"])))


async def back_times(room: Hall, lost: int) -> float:
    """Seconds until as many phones as lose the line are back, and all are present."""
    began = time.perf_counter()
    for phone in room.phones[:lost]:
        phone.lose()
    back = await room.all(bool)
    await asyncio.wait_for(room.screen.until(lambda state: state["present"] == len(room.phones)), PATIENCE)
    return max(back) - began


def row(what: str, measured: str, demand: str = "") -> None:
    """Print a row of the table."""
    print(f"{what:74}{measured:>14}{demand:>16}", flush=True)


async def in_memory(port: int, pid: int, options: argparse.Namespace) -> None:
    """One process, no Redis."""
    began, used = time.perf_counter(), processor(pid)
    async with hall(port, options.phones) as room:
        joined = max(await room.all(bool)) - began
        row(f"{options.phones} phones open the page and follow", f"{joined:.1f} s", "≤ 10 s")
        row("  for which the server computed", f"{processor(pid) - used:.1f} s")
        await asyncio.sleep(1.5)
        times = await scene_times(room, options.scenes)
        row("a scene reaches 99 % of them, median", f"{1000 * statistics.median(times):.0f} ms", "≤ 300 ms")
        row(f"a scene reaches 99 % of them, longest of {options.scenes}", f"{1000 * max(times):.0f} ms", "")
        counted, chosen = await vote_times(room)
        row(f"{options.phones} votes are counted", f"{counted:.1f} s", "≤ 10 s")
        row(
            f"{options.lost} phones that lose the line are back",
            f"{await back_times(room, options.lost):.1f} s",
            "≤ 2 s",
        )
        told = await counts(room)
        row("votes lost or counted twice", f"{(told - chosen).total() + (chosen - told).total()}", "0")
        row("memory of the process", f"{megabytes(pid):.0f} MB")


async def through_a_kill(redis: str, options: argparse.Namespace) -> None:
    """Two processes one after the other, the first of which is killed, and Redis behind."""
    async with contextlib.AsyncExitStack() as stack:
        with app(DROPVIZ_REDIS_URL=redis) as first:
            room = await stack.enter_async_context(hall(first.port, options.phones))
            await room.all(bool)
            counted, chosen = await vote_times(room)
            row(f"with Redis: {options.phones} votes are counted", f"{counted:.1f} s", "≤ 10 s")
            os.kill(first.pid, signal.SIGKILL)
        for phone in room.phones:
            phone.state = {}
        with app(port=first.port, DROPVIZ_REDIS_URL=redis):
            began = time.perf_counter()
            await room.all(lambda state: state["scene"] == 1)
            row("with Redis: killed and started, all phones are back", f"{time.perf_counter() - began:.1f} s")
            told = await counts(room)
            row(
                "with Redis: votes lost or counted twice",
                f"{(told - chosen).total() + (chosen - told).total()}",
                "0",
            )
            await stack.aclose()


def slow_phone(url: str) -> None:
    """A phone of a slow processor on a slow line, in Chromium."""
    room = json.loads(asyncio.run(ask(int(url.rpartition(":")[2]), "POST", "/hall", {})).body)["room"]
    with sync_playwright() as playwright:
        executable = browser.find(playwright.chromium.executable_path)
        if executable is None:
            print(f"(Skipped: a slow phone. {browser.MISSING})")
            return
        with contextlib.closing(
            playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        ) as chromium:
            times = [
                arrival(
                    chromium.new_page(viewport=UPRIGHT, is_mobile=True), f"{url}/hall/{room}", slowed=True
                )
                for _ in range(SCANS)
            ]
    what = "a slow phone (processor ÷ 4, 1.6 Mbit/s, 150 ms) can answer, median"
    row(what, f"{statistics.median(one.seconds for one in times):.1f} s", "≤ 2 s")


def processor(pid: int) -> float:
    """Seconds that a process has computed; NaN where there is no /proc."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return float("nan")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=1000)
    parser.add_argument("--lost", type=int, default=100)
    parser.add_argument("--scenes", type=int, default=20)
    options = parser.parse_args()
    allow_many_files()
    print(f"A hall of {options.phones} phones on one process")
    with app() as server:
        slow_phone(server.url)
        asyncio.run(in_memory(server.port, server.pid, options))
    if find("redis-server") is None:
        print(f"(Skipped: with Redis. {MISSING.format('redis-server')})")
        return
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as redis:
        asyncio.run(through_a_kill(redis, options))


if __name__ == "__main__":
    main()

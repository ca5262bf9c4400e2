"""Whether this server is ready for visitors, and why not."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from streamlit import runtime

from dropviz.training.session import WORKERS

Check = Callable[[], Awaitable[str]]  # returns why not, a sentence, or ""
PATIENCE = 1.0  # seconds that an answer waits for a check
STALLED = 30.0  # seconds without an idle thread, after which a pool counts as stuck; a busy one is none


class ScriptRuns:
    """The app's script has run without an error once; it stays the same for as long as the server runs."""

    def __init__(self) -> None:
        self._run: asyncio.Task[tuple[bool, str]] | None = None

    async def __call__(self) -> str:
        """Start the run at the first question, and again after one that failed."""
        run = self._run
        if run is None:
            run = self._run = asyncio.create_task(runtime.get_instance().does_script_run_without_error())
        if not await _ended(run):
            return "The first page is being drawn for the first time."
        if run.exception() is None and run.result()[0]:
            return ""
        if self._run is run:  # else somebody who waited for it too has begun another one
            self._run = None
        return "The first page cannot be drawn; the log says why."


class PoolAnswers:
    """A pool of threads does what it is given: an errand, given again when it is done."""

    def __init__(self, name: str, give: Callable[[], Awaitable[None]]) -> None:
        self.name, self.give = name, give
        self._errand: asyncio.Future[None] | None = None
        self._since = 0.0

    async def __call__(self) -> str:
        """See whether the errand waits too long."""
        if self._errand is None or self._errand.done():
            self._errand, self._since = asyncio.ensure_future(self.give()), time.monotonic()
        if await _ended(self._errand):
            self._errand.result()
        elif time.monotonic() - self._since > STALLED:
            return f"No thread for {self.name} has been free for {STALLED:.0f} s."
        return ""


async def _ended(one: asyncio.Future[Any]) -> bool:
    """Wait a little for a future that others may wait for too; whether it has ended."""
    await asyncio.wait({one}, timeout=PATIENCE)
    return one.done()


def own_checks() -> tuple[Check, ...]:
    """What every server must do."""

    async def in_training() -> None:
        await asyncio.get_running_loop().run_in_executor(WORKERS, _nothing)

    return (
        ScriptRuns(),
        PoolAnswers("files", lambda: asyncio.to_thread(_nothing)),
        PoolAnswers("requests", lambda: run_in_threadpool(_nothing)),
        PoolAnswers("trainings", in_training),
    )


def _nothing() -> None:
    pass


def endpoint(checks: Sequence[Check]) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers ``healthz``: 200, or 503 and why, as JSON in one line."""

    async def healthz(_: Request) -> Response:
        answers = await asyncio.gather(*(check() for check in checks), return_exceptions=True)
        why = [_sentence(answer) for answer in answers if answer]
        text = json.dumps({"ready": not why} | ({"why": why} if why else {}), ensure_ascii=False)
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return Response(f"{text}\n", 503 if why else 200, headers)

    return healthz


def _sentence(answer: str | BaseException) -> str:
    if isinstance(answer, str):
        return answer
    logging.getLogger(__name__).error("a check of the health failed", exc_info=answer)
    return f"A check failed with {type(answer).__name__}; the log says why."

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dropviz.serving import health
from dropviz.serving.health import PoolAnswers, ScriptRuns, endpoint


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 0.01)


def answered(*checks):
    answer = asyncio.run(endpoint(checks)(None))
    text = answer.body.decode()
    assert text.endswith("\n")
    assert "\n" not in text[:-1]
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, json.loads(text)


async def good():
    return ""


async def bad():
    return "Redis does not answer."


async def broken():
    raise OSError("secret detail")


def test_ready_is_200_and_what_is_not_is_503_with_every_reason(caplog):
    assert answered(good, good) == (200, {"ready": True})
    status, said = answered(good, bad, broken)
    assert (status, said["ready"], said["why"][0]) == (503, False, "Redis does not answer.")
    assert said["why"][1] == "A check failed with OSError; the log says why."
    assert "secret detail" in caplog.text


class Runtime:
    """A script that takes a while, and what becomes of its runs, one after the other."""

    def __init__(self, *runs):
        self.runs, self.go = list(runs), asyncio.Event()

    async def does_script_run_without_error(self):
        await self.go.wait()
        run = self.runs.pop(0)
        if isinstance(run, Exception):
            raise run
        return run


def test_the_script_runs_once_for_all_who_ask_and_again_only_after_a_failure(monkeypatch):
    async def ask():
        runtime = Runtime((False, "error"), RuntimeError("no runtime"), (True, "ok"))
        monkeypatch.setattr(health.runtime, "get_instance", lambda: runtime)
        check = ScriptRuns()
        first = await asyncio.gather(check(), check())
        assert first == ["The first page is being drawn for the first time."] * 2
        runtime.go.set()
        together = await asyncio.gather(check(), check())  # who ask in the same moment hear the same
        return together + [await check() for _ in range(3)], runtime.runs

    failed = "The first page cannot be drawn; the log says why."
    assert asyncio.run(ask()) == ([failed] * 3 + [""] * 2, [])


def test_a_busy_pool_is_ready_and_one_that_never_answers_is_not(monkeypatch):
    free = threading.Event()

    async def ask():
        with ThreadPoolExecutor(1) as pool:
            pool.submit(free.wait, 30)
            check = PoolAnswers("trainings", lambda: asyncio.wrap_future(pool.submit(free.wait, 30)))
            said = [await check()]
            monkeypatch.setattr(health, "STALLED", 0.0)
            said += [await check(), await check()]
            free.set()
            while said[-1]:
                said.append(await check())
            return said

    said = asyncio.run(ask())
    assert said[:3] == ["", *["No thread for trainings has been free for 0 s."] * 2]
    assert said[-1] == ""

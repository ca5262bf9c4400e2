"""What the server counts, for Prometheus: visitors, how long they wait, caches, memory; nothing about anybody."""

import hmac
import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.stats import CounterStat, GaugeStat

from dropviz.serving.addresses import address_below, base_path
from dropviz.serving.exposition import CONTENT_TYPE, Bins, Metric, one_value, written

SETTING = "DROPVIZ_METRICS"
SHORTEST_TOKEN = 16
STREAMLITS = "_stcore/metrics"
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
STARTED = time.time()
# Streamlit's own counts that are cheap to ask for, and what we call them.
SESSIONS = ("active_sessions", "session_events")
CACHES = ("cache_lookups", "cache_evictions")
Source = Callable[[], Iterable[Metric]]


class Durations:
    """How long things of some kinds took; what happens within another one belongs to that."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._lock, self._here = threading.Lock(), threading.local()
        self._bins = {kind: [0] * (len(BOUNDS) + 1) for kind in kinds}
        self._totals = dict.fromkeys(kinds, 0.0)

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        """Measure a block, however it ends."""
        if getattr(self._here, "busy", False):
            yield
            return
        self._here.busy, began = True, time.perf_counter()
        try:
            yield
        finally:
            self._here.busy = False
            self.note(kind, time.perf_counter() - began)

    def note(self, kind: str, seconds: float) -> None:
        """Count one that took so long."""
        with self._lock:
            self._bins[kind][bisect_left(BOUNDS, seconds)] += 1
            self._totals[kind] += seconds

    def metrics(self) -> Iterator[Metric]:
        """Return the histogram."""
        with self._lock:
            samples = tuple(
                ({"kind": kind}, _bins(counts, self._totals[kind])) for kind, counts in self._bins.items()
            )
        meaning = "Time that the server takes to run a page, or of it only what follows the slider."
        yield Metric("dropviz_rerun_seconds", "histogram", meaning, samples)


def _bins(counts: Sequence[int], total: float) -> Bins:
    *at_most, count = accumulate(counts)
    return Bins(dict(zip(BOUNDS, at_most, strict=True)), count, total)


RERUNS = Durations(("page", "figure"))
REQUESTS: Counter[str] = Counter()  # by status


class Requests:
    """Middleware that counts answers by their status; a socket's is the 101 that opens it."""

    def __init__(self, app: ASGIApp, counts: Counter[str]) -> None:
        self.app, self.counts = app, counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on the request, and count its answer."""
        answered = False

        async def counted(message: Message) -> None:
            nonlocal answered
            if message["type"] in ("http.response.start", "websocket.accept"):
                answered = True
                self.counts[str(message.get("status", 101))] += 1
            await send(message)

        try:
            await self.app(scope, receive, counted)
        except Exception:
            if not answered:  # Starlette will say so
                self.counts["500"] += 1
            raise


class Guarded:
    """Middleware that shows the metrics, ours and Streamlit's, to those who may see them.

    Parameters
    ----------
    setting
        ``on``, everybody; ``off``, nobody; or a token that comes as ``Authorization: Bearer TOKEN``.

    Raises
    ------
    ValueError
        The token is too short to keep a secret.
    """

    def __init__(self, app: ASGIApp, setting: str = "on") -> None:
        if setting not in ("on", "off") and len(setting) < SHORTEST_TOKEN:
            raise ValueError(
                f"{SETTING} must be on, off or a token of at least {SHORTEST_TOKEN} characters; got {setting!r}"
            )
        self.app, self.setting, self.base = app, setting, base_path()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request if it may not see what it asks for; hand on every other."""
        answer: ASGIApp = self.app
        if scope["type"] == "http" and self.setting != "on":
            address = (address_below(scope, self.base) or "").strip("/")
            if address in ("metrics", STREAMLITS):
                answer = self._refusal(Headers(scope=scope)) or self.app
        await answer(scope, receive, send)

    def _refusal(self, headers: Headers) -> Response | None:
        if self.setting == "off":
            return PlainTextResponse(f"The metrics are switched off ({SETTING}).\n", 404)
        given = headers.get("authorization", "").encode()
        if hmac.compare_digest(given, f"Bearer {self.setting}".encode()):
            return None
        return PlainTextResponse("The metrics need their token.\n", 401, {"WWW-Authenticate": "Bearer"})


def endpoint(sources: Sequence[Source] = ()) -> Callable[[Request], Response]:
    """Return what answers ``metrics``: the server's own, and those of other sources. It runs in a thread."""
    own: tuple[Source, ...] = (RERUNS.metrics, _requests, _streamlits, _process)

    def metrics(_: Request) -> Response:
        text = written(metric for source in (*own, *sources) for metric in source())
        headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
        return Response(text, headers=headers)

    return metrics


def _requests() -> Iterator[Metric]:
    samples = tuple(({"status": status}, count) for status, count in sorted(REQUESTS.items()))
    yield Metric("dropviz_requests_total", "counter", "Answers by their status.", samples)


def _streamlits() -> Iterator[Metric]:
    """What Streamlit counts: its sessions, and the calls of functions whose results are held."""
    for family, stats in runtime.get_instance().stats_mgr.get_stats((*SESSIONS, *CACHES)).items():
        counted = [one for one in stats if isinstance(one, CounterStat | GaugeStat)]
        if family in (*SESSIONS, *CACHES) and counted:
            kind, ending = ("counter", "_total") if isinstance(counted[0], CounterStat) else ("gauge", "")
            samples = tuple((one.labels or {}, one.value) for one in counted)
            yield Metric(f"dropviz_{family}{ending}", kind, counted[0].help, samples)  # type: ignore[arg-type]


def _process() -> Iterator[Metric]:
    """What Prometheus' own clients say of a process, under the same names; memory and files where Linux says them."""
    yield one_value("process_start_time_seconds", "gauge", "When the server started, since 1970.", STARTED)
    yield one_value("process_cpu_seconds_total", "counter", "Processor time.", time.process_time())
    process = Path("/proc/self")
    if process.is_dir():
        memory = int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        yield one_value("process_resident_memory_bytes", "gauge", "Memory in use.", memory)
        yield one_value(
            "process_open_fds", "gauge", "Open files.", sum(1 for _ in (process / "fd").iterdir())
        )

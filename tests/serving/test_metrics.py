import asyncio
import sys
import threading
from collections import Counter

import pytest
from starlette.responses import PlainTextResponse

from dropviz.serving import metrics
from dropviz.serving.exposition import Bins, Metric
from dropviz.serving.metrics import Durations, Guarded, Requests
from tests.serving.test_exposition import read
from tests.serving.test_files import ask

TOKEN = "a-token-nobody-guesses"


def bins(durations, kind):
    (metric,) = durations.metrics()
    return next(value for labels, value in metric.samples if labels == {"kind": kind})


def test_a_duration_counts_in_every_bound_that_it_does_not_pass():
    durations = Durations(("page", "figure"))
    for seconds in (0.0, 0.01, 0.0101, 10.0, 10.01):
        durations.note("page", seconds)
    counted = bins(durations, "page")
    assert [counted.at_most[bound] for bound in (0.01, 0.025, 5.0, 10.0)] == [2, 3, 3, 4]
    assert counted.count == 5
    assert counted.total == pytest.approx(20.0301)
    assert bins(durations, "figure").count == 0


def test_a_figure_within_a_page_belongs_to_the_page_however_it_ends():
    durations = Durations(("page", "figure"))
    with pytest.raises(RuntimeError, match="stop"), durations.timed("page"), durations.timed("figure"):
        raise RuntimeError("stop")
    with durations.timed("figure"):
        pass
    assert [bins(durations, kind).count for kind in ("page", "figure")] == [1, 1]


def test_visitors_are_timed_beside_each_other():
    durations = Durations(("page",))
    both = threading.Barrier(2)

    def visit():
        with durations.timed("page"):
            both.wait(10)

    threads = [threading.Thread(target=visit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bins(durations, "page").count == 2


async def page(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    elif scope["path"] == "/broken":
        raise RuntimeError("broken")
    else:
        await PlainTextResponse("page", 404 if scope["path"] == "/no" else 200)(scope, receive, send)


def test_answers_are_counted_by_their_status():
    counts = Counter()
    app = Requests(page, counts)
    for path in ("/", "/", "/no"):
        asyncio.run(ask(app, path))
    asyncio.run(ask(app, "/", kind="websocket"))
    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(ask(app, "/broken"))
    assert counts == {"200": 2, "404": 1, "101": 1, "500": 1}


@pytest.mark.parametrize("path", ["/metrics", "/_stcore/metrics", "/metrics/"])
@pytest.mark.parametrize(
    ("setting", "headers", "status"),
    [
        ("on", {}, 200),
        ("off", {"authorization": "Bearer off"}, 404),
        (TOKEN, {}, 401),
        (TOKEN, {"authorization": f"Bearer {TOKEN}x"}, 401),
        (TOKEN, {"authorization": TOKEN}, 401),
        (TOKEN, {"authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_who_may_see_the_metrics(path, setting, headers, status):
    app = Guarded(page, setting)
    assert asyncio.run(ask(app, path, headers))[0] == status
    assert asyncio.run(ask(app, "/healthz", headers))[0] == 200


@pytest.mark.parametrize("setting", ["", "of", "Off", "secret"])
def test_a_setting_that_is_no_secret_is_refused(setting):
    with pytest.raises(ValueError, match="DROPVIZ_METRICS must be on, off or a token of at least 16"):
        Guarded(page, setting)


class Runtime:
    """What Streamlit counts."""

    class stats_mgr:
        @staticmethod
        def get_stats(families):
            from streamlit.runtime.stats import CounterStat, GaugeStat

            assert "cache_memory_bytes" not in families  # it walks through all that is held
            lookups = [CounterStat("cache_lookups", 3, {"cache": "a.b", "result": "hit"}, help="Lookups.")]
            return {
                "active_sessions": [GaugeStat("active_sessions", 2, help="Now.")],
                "cache_lookups": lookups,
            }


def test_the_whole_text_is_of_the_format_and_has_every_subject(monkeypatch):
    monkeypatch.setattr(metrics.runtime, "get_instance", Runtime)
    hall = Metric("dropviz_hall_rooms", "gauge", "Rooms.", (({}, 4),))
    answer = metrics.endpoint([lambda: [hall]])(None)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = read(answer.body.decode())
    names = {name for name, _ in found}
    assert {
        "dropviz_rerun_seconds_bucket",
        "process_start_time_seconds",
        "process_cpu_seconds_total",
    } <= names
    assert found["dropviz_active_sessions", frozenset()] == 2
    assert found["dropviz_cache_lookups_total", frozenset({("cache", "a.b"), ("result", "hit")})] == 3
    assert found["dropviz_hall_rooms", frozenset()] == 4
    if sys.platform == "linux":
        assert 1e7 < found["process_resident_memory_bytes", frozenset()] < 1e11
        assert found["process_open_fds", frozenset()] >= 3


def test_bins_of_the_page_stand_in_the_text(monkeypatch):
    monkeypatch.setattr(metrics.runtime, "get_instance", Runtime)
    with metrics.RERUNS.timed("page"):
        pass
    found = read(metrics.endpoint()(None).body.decode())
    assert found["dropviz_rerun_seconds_count", frozenset({("kind", "page")})] >= 1
    assert isinstance(bins(metrics.RERUNS, "page"), Bins)

"""A process is killed in the middle of a talk: with Redis behind, the next one goes on where it stood."""

import contextlib
import http.client
import json
import os
import signal
import sys

import pytest

from tests.hall.test_wire import OWN
from tools.running import HOST, free_ports, running, status, wait_until

SERVER = """
import sys, uvicorn
from starlette.applications import Starlette
from dropviz.hall import hall, hall_routes, lifespan
rooms = hall()
app = Starlette(routes=hall_routes(rooms, ""), lifespan=lifespan(rooms))
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""


@contextlib.contextmanager
def served(port, redis):
    given = os.environ | {"DROPVIZ_REDIS_URL": redis, "OPENBLAS_NUM_THREADS": "1"}
    with running([sys.executable, "-c", SERVER, port], given=given) as server:
        wait_until(lambda: server.poll() is not None or status(f"http://{HOST}:{port}/hall"))
        assert server.poll() is None
        yield server


def ask(port, method, path, body=None, key=""):
    line = http.client.HTTPConnection(HOST, port, timeout=20)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    line.request(method, path, None if body is None else json.dumps(body), headers)
    answer = line.getresponse()
    if path.endswith("/events"):
        return line, answer
    with contextlib.closing(line):
        return answer.status, answer.read()


def first_state(stream):
    while line := stream.readline():
        if line.startswith(b"data: "):
            return json.loads(line.removeprefix(b"data: "))
    return None


def test_room_votes_key_and_story_outlive_a_killed_process(redis_url):
    pytest.importorskip("redis")
    from dropviz.story.shared import SharedShelf

    mark = SharedShelf(redis_url).hold(OWN)
    (port,) = free_ports(1)
    votes = [
        {"scene": 2, "option": number % 2, "voter": f"phone-of-a-test-{number:04}"} for number in range(5)
    ]
    with served(port, redis_url) as server:
        status, given = ask(port, "POST", "/hall", {"story": mark})
        assert status == 201
        room, key = json.loads(given).values()
        assert ask(port, "PUT", f"/hall/{room}/state", {"scene": 2, "rate": 0.25}, key)[0] == 204
        for vote in votes:
            assert ask(port, "POST", f"/hall/{room}/votes", vote)[0] == 204
        line, stream = ask(port, "GET", f"/hall/{room}/events")
        before = first_state(stream)
        assert (before["scene"], before["rate"], before["answered"]) == (2, 0.25, 5)
        server.send_signal(signal.SIGKILL)
        with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
            assert first_state(stream) is None
        line.close()
    with served(port, redis_url) as server:
        line, stream = ask(port, "GET", f"/hall/{room}/events", key=key)
        assert first_state(stream) == before | {"counts": [3, 2]}
        assert len(json.loads(ask(port, "GET", f"/hall/{room}/story")[1])["scenes"]) == 2
        assert ask(port, "POST", f"/hall/{room}/votes", votes[0] | {"option": 1})[0] == 204
        assert first_state(stream)["counts"] == [2, 3]
        assert ask(port, "PUT", f"/hall/{room}/state", {"revealed": True}, key)[0] == 204
        assert first_state(stream)["revealed"] is True
        # Asked to stop, a process does not wait for the phones that follow.
        server.send_signal(signal.SIGTERM)
        assert server.wait(5) is not None
        assert first_state(stream) is None
        line.close()

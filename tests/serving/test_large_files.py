"""A large upload is read as it comes: what goes on is small, and other requests go on as they are."""

import re

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from dropviz.serving.large_files import LargeFiles

UPLOAD = re.compile(r"/upload/([^/]+)/[^/]+$")
EDGE = "edge"
HEAD = (
    f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="läyer.npy"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode()
TAIL = f"\r\n--{EDGE}--\r\n".encode()


class Counting:
    """Reads a file: what is left is its name and its length."""

    begun: list["Counting"] = []  # noqa: RUF012 (a test's own)

    def __init__(self, name):
        self.name, self.length, self.stopped = name, 0, 0
        self.begun.append(self)

    def write(self, data):
        self.length += len(data)

    def result(self):
        return f"{self.name} has {self.length}".encode()

    def stop(self):
        self.stopped += 1


@pytest.fixture(autouse=True)
def nothing_begun():
    Counting.begun.clear()


async def streamlit(scope, receive, send):
    """What takes the upload in the end: says the name and content of the file, and the length that was promised."""
    request = Request(scope, receive)
    if request.method != "PUT":
        await PlainTextResponse("other")(scope, receive, send)
        return
    async with request.form() as form:
        file = form["file"]
        said = f"{file.filename}: {(await file.read()).decode()[:40]}"
    length = int(request.headers["content-length"])
    await PlainTextResponse(f"{said}, {length < 1000}")(scope, receive, send)


APP = LargeFiles(
    streamlit, upload=UPLOAD, known=lambda session: session == "mine", read=Counting, whole=1000, most=10**7
)


def put(*pieces, path="/upload/mine/1", method="PUT", length=None, leaves=False):
    """The status and the text of the answer to a request whose body comes in pieces."""
    sent, waiting = [], list(pieces)
    length = sum(map(len, pieces)) if length is None else length
    headers = [
        (b"content-type", f"multipart/form-data; boundary={EDGE}".encode()),
        (b"content-length", str(length).encode()),
    ]
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}

    async def receive():
        if not waiting:
            return {"type": "http.disconnect"}
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting) or leaves}

    async def send(message):
        sent.append(message)

    anyio.run(APP, scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()


def test_a_large_file_is_read_and_what_is_left_goes_on_under_its_name():
    content = bytes(3_000_000)
    pieces = [
        HEAD[:50],
        HEAD[50:] + content[:7],
        *(content[at : at + 65_536] for at in range(7, 3_000_000, 65_536)),
        TAIL,
    ]
    assert put(*pieces) == (200, "läyer.npy: läyer.npy has 3000000, True")
    assert [one.stopped for one in Counting.begun] == [1]


@pytest.mark.parametrize(
    "change",
    [{"path": "/upload/others/1"}, {"path": "/elsewhere/mine/1"}, {"length": 900}, {"length": 10**8}],
    ids=str,
)
def test_what_is_no_large_upload_of_a_session_goes_on_as_it_is(change):
    status, said = put(HEAD, b"x" * 2000, TAIL, **change)
    assert status == 200
    assert said.startswith(f"läyer.npy: {'x' * 40}")
    assert Counting.begun == []


def test_other_requests_go_on():
    assert put(b"x" * 2000, method="POST") == (200, "other")


@pytest.mark.parametrize(
    "pieces",
    [
        (b"no form" * 1000,),
        (b"--other\r\n" * 500,),
        (HEAD, b"x" * 2000, TAIL[:-4] + b"\r\n" + HEAD[2:], TAIL),  # a second part
    ],
)
def test_what_is_no_form_of_one_file_is_refused(pieces):
    status, said = put(*pieces)
    assert status == 400
    assert "\n" not in said
    assert all(one.stopped for one in Counting.begun)


def test_a_sender_that_leaves_ends_the_reading():
    status, said = put(HEAD, b"x" * 2000, leaves=True)
    assert (status, said) == (400, "the file must come whole; its sender has left")
    assert [one.stopped for one in Counting.begun] == [1]

import asyncio
import gzip

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from dropviz.live.scripts import Script
from dropviz.serving import files
from dropviz.serving.files import (
    FOR_EVER,
    CompressedFiles,
    accepts_gzip,
    compress,
    kept_files,
    streamlit_files,
    version,
)

SCRIPT = "export const answer = 42;\n" * 100
GZIP = {"accept-encoding": "gzip, br"}


async def ask(app, path, headers=None, method="GET", root="", kind="http"):
    """Send one request to an ASGI app; return status, headers and body."""
    scope = {"type": kind, "method": method, "path": path, "root_path": root, "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    sent = []

    said = [{"type": "http.request" if kind == "http" else "websocket.connect"}]

    async def receive():
        return said.pop() if said else await asyncio.Event().wait()  # a client that stays

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    if kind == "websocket":
        return sent
    heads = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], heads, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own.js"
    path.write_text(SCRIPT)
    return path


@pytest.fixture
def calls(monkeypatch):
    """The files that were compressed, in order."""
    done = []

    def count(path, style):
        done.append(path)
        return compress(path, style)

    monkeypatch.setattr(files, "compress", count)
    return done


def behind(own, style=""):
    async def page(request):
        return PlainTextResponse(f"page {request.url.path}")

    async def talk(socket):
        await socket.accept()

    routes = [WebSocketRoute("/{path:path}", talk), Route("/{path:path}", page, methods=["GET", "POST"])]
    return CompressedFiles(Starlette(routes=routes), own, ["story"], kept_files(style))


OWN = "static/dropviz/own.0123456789abcdef.min.js"


def test_a_file_is_compressed_once_however_many_ask_at_once(file, calls):
    async def crowd():
        app = behind({OWN: file})
        first = await asyncio.gather(*(ask(app, f"/{OWN}", GZIP) for _ in range(50)))
        return [*first, await ask(app, f"/{OWN}", GZIP)]

    answers = asyncio.run(crowd())
    assert calls == [file]
    for status, headers, body in answers:
        assert (status, gzip.decompress(body).decode()) == (200, SCRIPT)
        assert headers["content-encoding"] == "gzip"
        assert headers["content-length"] == str(len(body))
        assert headers["content-type"] == "text/javascript; charset=utf-8"
        assert headers["vary"] == "Accept-Encoding"
        assert headers["cache-control"] == FOR_EVER


def test_a_changed_file_is_compressed_anew(file, calls):
    async def twice():
        app = behind({OWN: file})
        before = await ask(app, f"/{OWN}", GZIP)
        file.write_text(SCRIPT.replace("42", "43"))
        return before, await ask(app, f"/{OWN}", GZIP)

    before, after = asyncio.run(twice())
    assert (len(calls), gzip.decompress(after[2]).decode()) == (2, SCRIPT.replace("42", "43"))
    assert before[1]["etag"] != after[1]["etag"]


def test_who_has_the_file_gets_no_body(file):
    app = behind({OWN: file})
    etag = asyncio.run(ask(app, f"/{OWN}", GZIP))[1]["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        status, headers, body = asyncio.run(ask(app, f"/{OWN}", GZIP | {"if-none-match": known}))
        assert (status, body, headers["etag"]) == (304, b"", etag)
        assert "content-encoding" not in headers
    assert asyncio.run(ask(app, f"/{OWN}", GZIP | {"if-none-match": '"other"'}))[0] == 200


def test_head_has_the_headers_of_get_and_no_body(file):
    app = behind({OWN: file})
    got = asyncio.run(ask(app, f"/{OWN}", GZIP))
    assert asyncio.run(ask(app, f"/{OWN}", GZIP, "HEAD")) == (200, got[1], b"")


def test_a_part_is_one_of_the_file_itself(file, calls):
    status, headers, body = asyncio.run(ask(behind({OWN: file}), f"/{OWN}", GZIP | {"range": "bytes=7-11"}))
    assert (status, body) == (206, b"const")
    assert headers["content-range"] == f"bytes 7-11/{len(SCRIPT)}"
    assert "content-encoding" not in headers
    assert calls == []


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity, gzip;q=0.000, *"])
def test_who_does_not_take_gzip_gets_the_file_itself(file, calls, accepted):
    status, headers, body = asyncio.run(ask(behind({OWN: file}), f"/{OWN}", {"accept-encoding": accepted}))
    assert (status, body.decode(), headers["vary"]) == (200, SCRIPT, "Accept-Encoding")
    assert "content-encoding" not in headers
    assert calls == []


@pytest.mark.parametrize(
    ("header", "wanted"),
    [("gzip", True), ("GZIP;q=0.1", True), ("br;q=1, *;q=0.5", True), ("*;q=0", False), ("deflate", False)],
)
def test_accepts_gzip_reads_names_and_qualities(header, wanted):
    assert accepts_gzip(header) is wanted


@pytest.mark.parametrize(
    ("path", "method"),
    [("/another", "GET"), (f"/{OWN}x", "GET"), (f"/{OWN}", "POST"), (f"/static/../{OWN}", "GET")],
)
def test_everything_else_goes_on_as_it_came(file, path, method):
    status, headers, body = asyncio.run(ask(behind({OWN: file}), path, GZIP, method))
    assert (status, body.decode()) == (200, f"page {path}")
    assert "vary" not in headers
    assert "content-encoding" not in headers


@pytest.mark.parametrize("headers", [GZIP, {}])
def test_a_script_in_memory_is_sent_as_a_file_is(headers):
    status, heads, body = asyncio.run(ask(behind({OWN: Script(OWN, SCRIPT.encode())}), f"/{OWN}", headers))
    assert (status, heads["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert heads["content-length"] == str(len(body))
    assert heads["cache-control"] == FOR_EVER
    assert (gzip.decompress(body) if headers else body).decode() == SCRIPT


def test_a_websocket_goes_through(file):
    sent = asyncio.run(ask(behind({OWN: file}), f"/{OWN}", kind="websocket"))
    assert sent[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("base", ["course", "/course/dropout/"])
def test_below_a_base_path_only_that_address_is_ours(file, base):
    from streamlit import config

    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", base)
    try:
        app = behind({OWN: file})
    finally:
        config.set_option("server.baseUrlPath", before)
    assert asyncio.run(ask(app, f"/{base.strip('/')}/{OWN}", GZIP))[1]["content-encoding"] == "gzip"
    for other in (f"/{OWN}", f"/{base.strip('/')}s/{OWN}"):
        assert asyncio.run(ask(app, other, GZIP))[2].decode() == f"page {other}"


def test_mounted_below_a_path_the_file_is_found(file):
    answer = asyncio.run(ask(behind({OWN: file}), f"/below/{OWN}", GZIP, root="/below"))
    assert answer[1]["content-encoding"] == "gzip"


def test_streamlits_own_page_and_scripts_are_among_the_files(calls):
    app = behind({})
    script = next(name for name in streamlit_files() if name.startswith("static/js/index."))
    page = asyncio.run(ask(app, "/", GZIP))
    assert b'<div id="root">' in gzip.decompress(page[2])
    assert page[1]["cache-control"] == "no-cache"
    assert asyncio.run(ask(app, f"/{script}", GZIP))[1]["cache-control"] == FOR_EVER
    assert not [name for name in streamlit_files() if name.endswith((".woff2", ".png"))]


def test_our_pages_have_our_style_before_anything_is_drawn():
    app = behind({}, ".dv { color: red }")
    for path in ("/", "/story"):
        _, headers, body = asyncio.run(ask(app, path, GZIP))
        assert headers["content-type"].startswith("text/html")
        assert b"<style>.dv { color: red }</style></head>" in gzip.decompress(body)
    script = next(name for name in streamlit_files() if name.endswith(".js"))
    assert b"color: red" not in gzip.decompress(asyncio.run(ask(app, f"/{script}", GZIP))[2])


def test_streamlits_compression_behind_does_not_compress_again(file):
    from starlette.middleware.gzip import GZipMiddleware

    inner = Starlette(middleware=[Middleware(GZipMiddleware, minimum_size=1)])
    _, headers, body = asyncio.run(
        ask(CompressedFiles(inner, {OWN: file}, [], kept_files()), f"/{OWN}", GZIP)
    )
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body).decode() == SCRIPT


def test_what_is_kept_is_bounded_and_the_longest_unused_leaves(tmp_path, calls):
    paths = [tmp_path / f"{name}.js" for name in "abc"]
    for path in paths:
        path.write_text(SCRIPT)
    size = len(compress(paths[0]).content)

    async def use():
        kept = kept_files(most=2 * size)
        for index in (0, 1, 0, 2, 0, 1):
            await kept.get(version(paths[index]))

    asyncio.run(use())
    assert calls == [paths[index] for index in (0, 1, 2, 1)]


def test_a_file_that_could_not_be_read_is_tried_again(file, monkeypatch):
    async def use():
        kept = kept_files()
        with monkeypatch.context() as broken:
            broken.setattr(files, "compress", lambda *_: (_ for _ in ()).throw(OSError("gone")))
            with pytest.raises(OSError, match="gone"):
                await kept.get(version(file))
        return await kept.get(version(file))

    assert gzip.decompress(asyncio.run(use()).content).decode() == SCRIPT

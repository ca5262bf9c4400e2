"""The hall behind all that stands before it in the app."""

import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_gzip_middleware import SelectiveGZipMiddleware

from dropviz.hall import hall_routes
from dropviz.serving.served import middleware
from tests.hall.conftest import VOTER, Asked


def test_events_are_neither_compressed_nor_held_back_and_every_answer_has_the_headers(memory_hall):
    before = [*middleware(["story"], ""), Middleware(SelectiveGZipMiddleware)]
    ask = Asked(Starlette(routes=hall_routes(memory_hall, ""), middleware=before))

    async def talk():
        code, _ = await ask.open()
        async with ask.follow(code, VOTER, accept_encoding="gzip, br") as phone:
            assert "content-encoding" not in phone.headers
            assert "script-src 'self'" in phone.headers["content-security-policy"]
            assert (await phone.state())["present"] == 1
        for path, status in (
            (f"hall/{code}", 200),
            (f"hall/{code}/story", 200),
            ("hall/ZZZZZ", 404),
            ("hall", 200),
        ):
            answer = await ask("GET", path, accept_encoding="gzip")
            assert answer.status == status
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "object-src 'none'" in answer.headers["content-security-policy"]

    asyncio.run(talk())

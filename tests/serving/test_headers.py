import asyncio
import base64
import hashlib

import pytest
from starlette.responses import PlainTextResponse

from dropviz.serving.headers import SecurityHeaders, content_policy
from tests.serving.test_files import ask

PAGE = "<head><script>window.first = 1</script><script type='module' src='./a.js'></script></head>"


def rules(policy):
    return dict(rule.split(" ", 1) for rule in policy.split("; "))


def test_only_the_pages_own_scripts_run():
    mark = base64.b64encode(hashlib.sha256(b"window.first = 1").digest()).decode()
    allowed = rules(content_policy(PAGE))
    assert allowed["script-src"] == f"'self' blob: 'sha256-{mark}'"
    assert allowed["default-src"] == "'self'"
    assert allowed["object-src"] == "'none'"
    assert "unsafe-eval" not in content_policy(PAGE)


def test_a_course_site_may_show_the_app_until_the_setting_says_who():
    assert "frame-ancestors" not in rules(content_policy(PAGE, "  "))
    sites = "'self' https://course.example.org https://*.example.edu:8443"
    assert rules(content_policy(PAGE, sites))["frame-ancestors"] == sites


@pytest.mark.parametrize(
    "setting", ["https://a.org; script-src *", "self'", "https://a.org,https://b.org", "'unsafe'"]
)
def test_a_setting_that_is_no_list_of_addresses_is_refused(setting):
    with pytest.raises(ValueError, match=r"DROPVIZ_FRAME_ANCESTORS is .*; expected are"):
        content_policy(PAGE, setting)


def test_every_answer_carries_the_headers_and_keeps_its_own():
    async def refused(scope, receive, send):
        await PlainTextResponse("no", 404, {"X-Own": "kept"})(scope, receive, send)

    status, headers, body = asyncio.run(ask(SecurityHeaders(refused), "/"))
    assert (status, headers["x-own"], body) == (404, "kept", b"no")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "script-src 'self'" in headers["content-security-policy"]


def test_a_websocket_is_left_alone():
    async def socket(scope, receive, send):
        await send({"type": "websocket.accept"})

    assert asyncio.run(ask(SecurityHeaders(socket), "/", kind="websocket")) == [{"type": "websocket.accept"}]

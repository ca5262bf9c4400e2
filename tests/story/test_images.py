"""Images in a story's file: PNG and JPEG of a bounded size, and nothing else."""

import base64
import re
import struct

import pytest

from dropviz.story.images import MOST_IMAGE, checked_address


def png(width=1, height=1, more=b""):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + more


def jpeg(width=1, height=1, before=b"\xff\xe0\x00\x04ab"):
    return b"\xff\xd8" + before + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03"


def address(content, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(png(), "png"), (png(4096, 4096), "png"), (jpeg(), "jpeg"), (jpeg(4096, 7), "jpeg"),
     (jpeg(before=b""), "jpeg"), (jpeg(before=b"\xff\xc4\x00\x04ab"), "jpeg")],
)  # fmt: skip
def test_an_image_within_the_bounds_is_taken_as_it_is(content, kind):
    given = address(content, kind)
    assert checked_address(given) == given
    assert checked_address(f"\n{given[:30]}\n  {given[30:]}\n") == given


def test_an_image_may_have_as_many_bytes_as_said_and_no_more():
    whole = png(more=b"x" * (MOST_IMAGE - len(png())))
    assert checked_address(address(whole))
    with pytest.raises(ValueError, match="at most 300,000 bytes; got 300,001"):
        checked_address(address(whole + b"x"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (3, "image must be like data:image/png;base64"),
        ("", "image must be like"),
        ("https://example.org/a.png", "image must be like"),
        ("javascript:alert(1)", "image must be like"),
        ("data:text/html;base64,AAAA", "image must be like"),
        ("data:image/svg+xml;base64,AAAA", "image must be like"),
        ("data:image/png,AAAA", "image must be like"),
        ("data:image/png;base64,A", "its base64 is broken"),
        ("data:image/png;base64,<b>!", "its base64 is broken"),
        ("data:image/png;base64,", "must hold a PNG"),
        (address(b"<svg onload=alert(1)>"), "must hold a PNG"),
        (address(jpeg()), "must hold a PNG"),
        (address(png(), "jpeg"), "must hold a JPEG"),
        (address(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 9, "jpeg"), "must hold a JPEG"),
        (address(jpeg()[:12], "jpeg"), "must hold a JPEG"),
        (address(png(4097, 1)), "1 to 4096 pixels wide and high; got 4097 × 1"),
        (address(png(1, 2**32 - 1)), "1 to 4096 pixels"),
        (address(jpeg(1, 65535), "jpeg"), "got 1 × 65535"),
        (address(png(0, 1)), "1 to 4096 pixels"),
    ],
)
def test_what_is_no_such_image_gets_a_sentence(given, said):
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        checked_address(given)
    assert len(str(error.value)) < 200

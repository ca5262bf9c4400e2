"""The pages of the hall: a phone's in a room, the way in for those who type a code, and a sentence where no room is."""

import gzip
from functools import cache, lru_cache
from html import escape

from dropviz.live.modules import stylesheet
from dropviz.live.scripts import scripts

MOST_PAGES = 256  # of rooms, kept as they are sent
PROMISE = (
    "No names, no accounts: your answers are counted under a random number. Nothing is kept when the room closes, "
    "after 24 hours at the latest."
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
{head}<title>{title}</title>
<style>
{style}
</style>
{body}
</html>
"""
_HEAD = """<link rel="preload" as="fetch" crossorigin href="{code}/story">
<script type="module" src="../{script}"></script>
"""


def page(code: str, title: str) -> str:
    """Return the page of a phone in a room, where the story ``title`` is told.

    Below its own address are the story (``{code}/story``), the events and the votes; the script is the app's.
    """
    return _PAGE.format(
        head=_HEAD.format(code=escape(code), script=scripts()["hall"].address),
        title=escape(f"{title} · {code}"),
        style=_style(),
        body=f"""<h1>{escape(title)}</h1>
<main class="story" aria-busy="true"></main>
<footer>{PROMISE}</footer>
<noscript><p>This page needs JavaScript.</p></noscript>""",
    )


@lru_cache(MOST_PAGES)
def compressed_page(code: str, title: str) -> bytes:
    """Return the page of a phone as it is sent, once for all of its room."""
    return gzip.compress(page(code, title).encode(), mtime=0)


def entrance() -> str:
    """Return the page that asks for the code of a room, at ``hall``."""
    return _words(
        "Join the hall",
        """<form class="hall-form">
<label for="room">The code on the screen</label>
<input id="room" name="room" required maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false">
<button>Join</button>
</form>""",
    )


def sentence_page(sentence: str, entrance: str) -> str:
    """Return what a browser shows where there is no room, and the way to the entrance at that address."""
    way = f'<p><a href="{escape(entrance)}">Type a code</a></p>'
    return _words("The hall", f"<p>{escape(sentence)}</p>\n{way}")


def _words(title: str, body: str) -> str:
    return _PAGE.format(
        head="", title=title, style=_style(), body=f'<main class="hall-words"><h1>{title}</h1>\n{body}</main>'
    )


@cache
def _style() -> str:
    return stylesheet("story.css", "page.css", "hall.css")

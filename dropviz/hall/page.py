"""The page of a phone in the hall: a page of its own, without a session behind it."""

from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<h1>{title}</h1>
<p>{sentence}</p>
</html>
"""


def page(code: str, title: str) -> str:
    """Return the page of a phone in a room.

    Relative to it stand the story's data (``{code}/story``), the events (``{code}/events``), the votes
    (``{code}/votes``) and the app (``../``).
    """
    return _PAGE.format(title=escape(title), sentence=f"Room {escape(code)}")


def entrance() -> str:
    """Return the page that asks for the code of a room, at ``hall``."""
    return _PAGE.format(title="The hall", sentence="Which room? Scan the code on the screen.")


def sentence_page(sentence: str) -> str:
    """Return what a browser shows where there is no room."""
    return _PAGE.format(title="The hall", sentence=escape(sentence))

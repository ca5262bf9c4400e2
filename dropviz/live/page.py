"""A live figure or a whole story as one HTML page that needs no network; and the glossary as HTML."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any, Protocol

from dropviz.live.glossary import GLOSSARY
from dropviz.live.modules import inlined, stylesheet


class Payload(Protocol):
    """A live figure, as far as a page knows it."""

    @property
    def alt(self) -> str:
        """What it shows, in words."""

    def payload(self, rate: float | None = None) -> dict[str, Any]:
        """Everything the browser needs."""


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
{body}
<script type="application/json" id="payload">{payload}</script>
<script type="module">
{script}
const payload = JSON.parse(document.getElementById("payload").textContent);
{start}
</script>
</html>
"""
_FIGURE = '<div class="dv"></div>'
_MOUNT = 'mount(document.querySelector(".dv"), payload, payload.rates[payload.start]);'
# A frame has no height of its own; where it may not reach out, it keeps the one it has, and scrolls.
_FITTED = """
new ResizeObserver(() => {
  try {
    frameElement.style.height = `${Math.ceil(document.body.getBoundingClientRect().height) + 2}px`;
  } catch { /* no way out */ }
}).observe(document.body);"""


def standalone_html(live: Payload, title: str, caption: str, rate: float | None = None) -> str:
    """Return one HTML page with the live figure; ``title`` and ``caption`` are plain text above and below it.

    The slider stands at first at the place of its grid that is nearest to ``rate``.
    """
    around = f"<h1>{escape(title)}</h1>\n{_FIGURE}\n<footer>{escape(caption)}</footer>"
    return _figure_html(live.payload(rate), title, around, _MOUNT)


def framed_html(live: Payload) -> str:
    """Return the live figure as a frame of a notebook, which holds all that it needs and is as tall as its content."""
    page = _figure_html(live.payload(), "dropviz", _FIGURE, _MOUNT + _FITTED)
    inside = page.replace("&", "&amp;").replace("'", "&#39;")  # shorter than a mark for each of JSON's "
    look = 'title="dropviz" style="width: 100%; height: 640px; border: 0"'
    unseen = f"{live.alt} Run this cell, or trust the notebook, to see it."  # where frames are taken out
    return f"<iframe srcdoc='{inside}' {look}>{escape(unseen)}</iframe>"


def _figure_html(payload: Mapping[str, Any], title: str, body: str, start: str) -> str:
    return _PAGE.format(
        title=escape(title),
        style=stylesheet("page.css"),
        body=body,
        payload=_block(payload),
        script=inlined("figure.js"),
        start=start,
    )


def story_html(payload: Mapping[str, Any]) -> str:
    """Return the whole story, as `dropviz.figures.story.story_payload` makes it, as one HTML page.

    It works from a disk and in a frame of a slide.
    """
    return _PAGE.format(
        title=escape(payload["title"]),
        style=stylesheet("story.css", "page.css"),
        body=f'<h1>{escape(payload["title"])}</h1>\n<div class="story"></div>',
        payload=_block(payload),
        script=inlined("scenes.js"),
        start='mountOffline(document.querySelector(".story"), payload);',
    )


def _block(payload: Mapping[str, Any]) -> str:
    """JSON that cannot end the script in which it stands."""
    return json.dumps(payload).replace("<", "\\u003c")


def glossary_html() -> str:
    """Return the words as HTML lists of descriptions, a heading over each."""
    return "".join(
        f'<h3 class="dv-group">{escape(group)}</h3>'
        f'<dl class="dv-glossary">{"".join(map(_described, words.items()))}</dl>'
        for group, words in GLOSSARY.items()
    )


def _described(entry: tuple[str, str]) -> str:
    word, meaning = map(escape, entry)
    return f"<div><dt>{word}</dt><dd>{meaning}</dd></div>"

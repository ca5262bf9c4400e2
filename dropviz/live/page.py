"""A live figure or a whole story as one HTML page that needs no network; and the glossary as HTML."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from dropviz.live.figure import LiveFigure
from dropviz.live.glossary import GLOSSARY
from dropviz.live.modules import inlined, stylesheet

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
<h1>{title}</h1>
{body}
<script type="application/json" id="payload">{payload}</script>
<script type="module">
{script}
const payload = JSON.parse(document.getElementById("payload").textContent);
{start}
</script>
</html>
"""


def standalone_html(live: LiveFigure, title: str, caption: str, rate: float = 0.3) -> str:
    """Return one HTML page with the live figure; ``title`` and ``caption`` are plain text above and below it.

    The slider stands at first at the place of its grid that is nearest to ``rate``.
    """
    return _PAGE.format(
        title=escape(title),
        style=stylesheet("page.css"),
        body=f'<div class="dv"></div>\n<footer>{escape(caption)}</footer>',
        payload=_block(live.payload(rate)),
        script=inlined("figure.js"),
        start='mount(document.querySelector(".dv"), payload, payload.rates[payload.start]);',
    )


def story_html(payload: Mapping[str, Any]) -> str:
    """Return the whole story, as `dropviz.figures.story.story_payload` makes it, as one HTML page.

    It works from a disk and in a frame of a slide.
    """
    return _PAGE.format(
        title=escape(payload["title"]),
        style=stylesheet("story.css", "page.css"),
        body='<div class="story"></div>',
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

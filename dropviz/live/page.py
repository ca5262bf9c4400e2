"""Results as files: tables as CSV or Parquet, the live figure as one HTML page that needs no network."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from plotly.offline import get_plotlyjs

from dropviz.live.figure import LiveFigure, stylesheet
from dropviz.live.modules import inlined
from dropviz.live.story import story_stylesheet

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --dv-sticky: 0;
  --st-text-color: light-dark(#1f2328, #e8e6e1); --st-background-color: light-dark(#ffffff, #15171a);
  --st-primary-color: light-dark(#0072b2, #56b4e9); --st-font: system-ui, sans-serif; }}
body {{ margin: 0 auto; padding: 1rem 1.5rem; max-width: 90rem; background: var(--st-background-color);
  color: var(--st-text-color); font-family: var(--st-font); }}
h1 {{ font: 600 1.4rem/1.25 Georgia, serif; margin: 0 0 0.5rem; }}
footer {{ font-size: 13px; margin-top: 1rem; }}
{style}
</style>
<h1>{title}</h1>
<div class="dv"></div>
<footer>{caption}</footer>
<script>{plotly}</script>
<script type="application/json" id="payload">{payload}</script>
<script type="module">
{script}
const payload = JSON.parse(document.getElementById("payload").textContent);
mount(document.querySelector(".dv"), payload, payload.rates[payload.start], window.Plotly);
</script>
</html>
"""

_STORY = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --st-text-color: light-dark(#000000, #ffffff);
  --st-background-color: light-dark(#ffffff, #000000); --st-primary-color: light-dark(#0072b2, #56b4e9);
  --st-font: system-ui, sans-serif; }}
body {{ margin: 0; background: var(--st-background-color); color: var(--st-text-color); }}
h1 {{ position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }}
{style}
</style>
<h1>{title}</h1>
<div class="story"></div>
<script>{plotly}</script>
<script type="application/json" id="story">{payload}</script>
<script type="module">
{script}
mountOffline(document.querySelector(".story"), JSON.parse(document.getElementById("story").textContent));
</script>
</html>
"""


def standalone_html(live: LiveFigure, title: str, caption: str, rate: float = 0.3) -> str:
    """Return one HTML page with the live figure: plotly.js once, our script, the data, and no address to fetch.

    Parameters
    ----------
    live
        What to show.
    title, caption
        Plain text above and below it.
    rate
        Where the slider stands at first; the nearest of the grid is taken.
    """
    return _PAGE.format(
        title=escape(title),
        caption=escape(caption),
        style=stylesheet(),
        plotly=get_plotlyjs(),
        payload=json.dumps(live.payload(rate)).replace("<", "\\u003c"),
        script=inlined("figure.js"),
    )


def story_html(payload: Mapping[str, Any]) -> str:
    """Return the whole story as one HTML page: live figures, keys, light and dark, and no address to fetch.

    ``payload`` is what `dropviz.figures.story_payload` makes of it.
    It works from a disk and in a frame of a slide; plotly.js is inside once.
    """
    return _STORY.format(
        title=escape(payload["title"]),
        style=story_stylesheet(),
        plotly=get_plotlyjs(),
        payload=json.dumps(payload).replace("<", "\\u003c"),
        script=inlined("offline.js"),
    )

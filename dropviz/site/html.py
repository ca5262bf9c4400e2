"""A page of the folder as HTML: navigation, question, choices, the place of the picture, and the foot."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dropviz.live.page import glossary_html
from dropviz.settings.addresses import WITHOUT_RATE, values_of
from dropviz.settings.kinds import Choice, Number, Setting
from dropviz.site.pages import SitePage

PLAIN = (
    "This is the plain file version of dropviz: every number was computed beforehand, and no server is asked."
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading} – dropviz</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="{style}">
</head>
<body>
<a class="site-skip" href="#main">Skip to main content</a>
<nav class="site-nav" aria-label="Pages">
{links}
</nav>
<main id="main" tabindex="-1">
<div class="site-top">
<h1>{heading}</h1>
<form class="site-choices" autocomplete="off">
{choices}
</form>
</div>
<div class="site-refused" role="status"></div>
<div class="{picture}"></div>
<noscript><p>The picture is drawn by a script, which this browser does not run.</p></noscript>
<p class="site-note"></p>
</main>
<footer class="site-end">
<p><a {next_link}><b>Next:</b> {next_question}</a></p>
<details><summary>The words on these pages</summary>
{words}
</details>
<p class="site-plain">{plain}</p>
</footer>
<script type="application/json" id="page">{record}</script>
<script src="{script}"></script>
</body>
</html>
"""


def page_html(
    page: SitePage, pages: Sequence[SitePage], data: Mapping[str, str], style: str, script: str
) -> bytes:
    """Return the page.

    Parameters
    ----------
    page, pages
        The page, and all of them in their order.
    data
        The name of the file of each option of the first choice.
    style, script
        Names of the style sheet and of the script.
    """
    following = pages[(pages.index(page) + 1) % len(pages)]
    text = _PAGE.format(
        heading=escape(page.name.heading),
        style=style,
        script=script,
        links="\n".join(_link(one, one is page) for one in pages),
        choices="\n".join(map(_choice, page.choices)),
        picture="story" if page.is_story else "dv",
        next_link=_way(following),
        next_question=escape(following.name.question or following.name.title),
        words=glossary_html(),
        plain=escape(PLAIN),
        record=json.dumps(_record(page, data), ensure_ascii=False).replace("<", "\\u003c"),
    )
    return text.encode()


def _link(page: SitePage, here: bool) -> str:
    current = ' aria-current="page"' if here else ""
    return f"<a {_way(page)}{current}>{escape(page.name.title)}</a>"


def _way(page: SitePage) -> str:
    takes = "" if page.name.address in WITHOUT_RATE else " data-takes-rate"
    return f'href="{page.file}"{takes}'


def _choice(choice: Choice) -> str:
    """A select, or buttons of which one is pressed; the browser sets what the address says."""
    label, key = escape(choice.label), choice.key
    if choice.control == "segments":
        buttons = "".join(
            f'<label><input type="radio" name="{key}" value="{escape(value)}">{escape(said)}</label>'
            for value, said in choice.options.items()
        )
        return f'<fieldset class="site-segments"><legend>{label}</legend>{buttons}</fieldset>'
    options = "".join(
        f'<option value="{escape(value)}">{escape(said)}</option>' for value, said in choice.options.items()
    )
    return f'<label class="site-choice">{label}<select name="{key}">{options}</select></label>'


def _record(page: SitePage, data: Mapping[str, str]) -> dict[str, Any]:
    """What the script of a page knows of it (`SitePage` in made.d.ts)."""
    return {
        "settings": {one.key: _bounds(one) for one in (*page.choices, *page.settings)},
        "choices": [choice.key for choice in page.choices],
        "aside": dict(page.aside),
        "data": dict(data),
        "notes": dict(page.notes),
    }


def _bounds(setting: Setting) -> dict[str, Any]:
    """What an address may say of a setting, what it is at first, and what is said of anything else."""
    refused = " ".join(values_of({setting.key: ["?"]}, (setting,))[1])
    match setting:
        case Number():
            return {"low": setting.low, "high": setting.high, "first": setting.default, "refused": refused}
        case Choice():
            return {"options": list(setting.options), "first": setting.default, "refused": refused}
    raise ValueError(f"setting must be a Number or a Choice; got {setting!r}")

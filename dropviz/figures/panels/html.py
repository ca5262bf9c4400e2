"""Pieces of HTML that stand above and below a figure; what follows the rate shows one of the figure's texts.

Words are escaped where they are called a label, a title of a column or code; all else is HTML already.
"""

import math
from collections.abc import Iterable, Sequence
from html import escape

from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import estimated, plain


def live(name: str, tag: str = "span", kind: str = "") -> str:
    """Return an element that shows the text called ``name``; ``kind`` is its class."""
    return f'<{tag}{_class(kind)} data-text="{name}"></{tag}>'


def columns(blocks: Sequence[str], across: int | None = None, kind: str = "", style: str = "") -> str:
    """Put ``blocks`` side by side, ``across`` or all of them in a row; one below the other on a phone."""
    inner = "".join(f"<section>{block}</section>" for block in blocks)
    classes, count = f"dv-columns {kind}".strip(), across or len(blocks)
    return f'<div class="{classes}" style="--dv-columns:{count}{style and f";{style}"}">{inner}</div>'


def heading(label: str, color: str, mistake: bool = False) -> str:
    """Return a title behind a swatch of ``color``, a role; a mistake is underlined with a wave."""
    words = f'<span class="dv-mistake">{escape(label)}</span>' if mistake else escape(label)
    return f'<h3 data-color="{color}"><span class="dv-swatch"></span>{words}</h3>'


def heading_on_phones(label: str) -> str:
    """Return the title again, for what stands below the figure: on a phone that is far from what stands above."""
    return f'<p class="dv-only-narrow"><b>{escape(label)}</b></p>'


def key(label: str, color: str, dashed: bool = False) -> str:
    """Return words behind a piece of the line that they explain."""
    return f'<span class="dv-key{" dv-test" if dashed else ""}" data-color="{color}">{escape(label)}</span>'


def factors(color: str, train: str, test: str) -> str:
    """Say what both phases do to an activation: the texts called ``train`` and ``test``."""
    training = f"{key('training', color)} {live(train, 'b')}"
    return f'<p class="dv-factor">{training}, {key("test", color, dashed=True)} {live(test, "b")}</p>'


def neurons(name: str) -> str:
    """Return the place of the rows of neurons called ``name``."""
    names = '<div class="dv-unit-names"><span>training</span><span>test</span></div>'
    return f'<div class="dv-unit-row">{names}<svg data-units="{name}"></svg></div>'


def number_cell(title: str, name: str, below: str | None = None) -> str:
    """Return a number that follows the rate, the text called ``name``, and ``below`` it its exact value by default."""
    return cell(title, live(name) + (live(f"{name}-exact", "small") if below is None else below))


def number_texts(name: str, estimate: Estimate, exact: str = "exact ") -> dict[str, list[str]]:
    """The texts of a `number_cell`: simulated, and the ``exact`` value behind that word; empty where undefined."""
    values = estimate.exact.tolist()
    below = [f"{exact}{plain(value)}" if math.isfinite(value) else "" for value in values]
    return {name: estimated(estimate), f"{name}-exact": below}


def cell(title: str, value: str) -> str:
    """Return ``value`` under its title, one of the `numbers`."""
    return f"<div><dt>{escape(title)}</dt><dd>{value}</dd></div>"


def numbers(cells: Iterable[str], kind: str = "", style: str = "") -> str:
    """Return numbers side by side; each is a `number_cell` or a `cell`."""
    inline = f' style="{style}"' if style else ""
    return f'<dl class="{f"dv-numbers {kind}".strip()}"{inline}>{"".join(cells)}</dl>'


def code(text: str) -> str:
    """Return a block of code."""
    return f"<pre><code>{escape(text, quote=False)}</code></pre>"


def live_code(name: str) -> str:
    """Return a block of code that follows the rate, the text called ``name``."""
    return f"<pre>{live(name, 'code')}</pre>"


def table(titles: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return a table; a row is its label, and its cells as HTML, as the ``titles`` are."""
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    body = (
        f'<tr><th scope="row">{escape(label)}</th>{"".join(f"<td>{one}</td>" for one in cells)}</tr>'
        for label, cells in rows
    )
    return scrolling_table(f"<tr>{head}</tr>", "".join(body))


def scrolling_table(head: str, body: str) -> str:
    """Return a table of these rows, which scrolls sideways where it is too wide."""
    rows = f"<thead>{head}</thead><tbody>{body}</tbody>"
    return f'<div class="dv-scroll"><table class="dv-table">{rows}</table></div>'


def link(address: str, words: str) -> str:
    """Return a link to another site."""
    return f'<a href="{address}" target="_blank" rel="noopener">{words}</a>'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""

"""One framework's line of code and what its number means; two, and what changes between them; all, as a table."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from dropviz.figures.panels import html
from dropviz.frameworks.conventions import (
    VERBS,
    WHERE,
    Framework,
    Scales,
    frameworks,
    line_of_code,
    migration,
)

if TYPE_CHECKING:
    import pandas as pd

EVIDENCE = {
    "run": "run by our tests",
    "read from source": "read from source",
    "documentation": "read from its documentation",
}
SCALES: Mapping[Scales, str] = {
    "train": "in training",
    "test": "at test",
    "neither": "nowhere",
    "always": "whenever called",
    "none-needed": "no need to",
}


def conventions_table(rate: float) -> "pd.DataFrame":
    """Return every framework as a row: its parameter, what it means, where it scales, and its line at ``rate``."""
    import pandas as pd  # only here: the first page is not to wait for it

    rows = [
        {
            "framework": row.name,
            "probability of": "both, by name" if row.meaning == "both" else VERBS[row.meaning],
            f"line at rate {rate:g}": line_of_code(row, rate),
            "scales": SCALES[row.scales],
            "at drop 0": _at_end(row, "at_drop_0"),
            "at drop 1": _at_end(row, "at_drop_1"),
            "its parameter": row.parameter,
            "evidence": EVIDENCE[row.evidence],
            "source": _place(row),
        }
        for row in frameworks().values()
    ]
    return pd.DataFrame(rows)


def code_texts(source: Framework, target: Framework, rates: Sequence[float]) -> dict[str, list[str]]:
    """Return the lines of code of both frameworks at every rate, by the name of their place in `framework_card`."""
    return {
        f"{side}-{name}": [line_of_code(row, rate, other=name == "other") for rate in rates]
        for side, row in (("source", source), ("target", target))
        for name in (("line", "other") if row.other_line else ("line",))
    }


def migration_texts(source: Framework, target: Framework, rates: Sequence[float]) -> dict[str, list[str]]:
    """What to change when code moves, one text a sentence; the last ones are empty where there is less to say."""
    changes = [migration(source, target, rate).changes for rate in rates]
    count = max(len(sentences) for sentences in changes)
    return {
        f"move-{row}": [sentences[row] if row < len(sentences) else "" for sentences in changes]
        for row in range(count)
    }


def _at_end(row: Framework, field: str) -> str:
    text: str = getattr(row, field)
    return f"{text} (inferred)" if field in row.inferred else text


def _place(row: Framework) -> str:
    return f"{row.source} ({row.repository})" if row.repository else row.source


def _meaning(row: Framework) -> str:
    if row.meaning == "both":
        parameter = escape(row.parameter)
        return (
            f"<code>{parameter}</code>: by its name, the probability of <b>dropping</b> or of <b>keeping</b>"
        )
    parameter = escape(row.parameter.split(",")[0])
    return f"<code>{parameter}</code> is the probability of <b>{VERBS[row.meaning]}</b>"


def framework_card(row: Framework, side: str) -> str:
    """One framework: its line at this rate, what the number means, where it scales, both ends, and how we know."""
    style = "margin:0;overflow-wrap:anywhere"
    lines = "".join(
        f'<pre style="{style}"><code data-text="{side}-{name}"></code></pre>'
        for name in (("line", "other") if row.other_line else ("line",))
    )
    return (
        f'<div style="margin-bottom:0.6rem"><h3>{escape(row.name)}</h3>{lines}'
        f"<p>{_meaning(row)}. It {WHERE[row.scales]}.</p>"
        f'<p class="dv-muted" style="overflow-wrap:anywhere">Drop probability 0: {escape(_at_end(row, "at_drop_0"))}; '
        f"1: {escape(_at_end(row, 'at_drop_1'))}. "
        f"{EVIDENCE[row.evidence].capitalize()}: {escape(_place(row))}.</p></div>"
    )


def migration_list(source: Framework, target: Framework, sentences: int) -> str:
    """Return the HTML of what changes; its sentences are the texts of `migration_texts`."""
    if source == target:
        return ""
    rows = "".join(html.live(f"move-{row}", "p") for row in range(sentences))
    title = f"Code moves from {escape(source.name)} to {escape(target.name)}"
    return html.columns([f"<h3>{title}</h3>{rows}"])

"""A page under AppTest, at an address, and what it shows of ours."""

import json
from collections.abc import Sequence
from typing import Any

from streamlit.testing.v1 import AppTest

LONGEST = 30  # seconds that a run may take


def _script(name):
    from dropviz.ui.frame import PAGES, draw

    draw(next(page for page in PAGES if page.address == name))


def arriving(name: str, unfolded: Sequence[str] = (), **address: str | list[str]) -> AppTest:
    """The page of that name, asked for with these settings in its address and these folds open, and not run yet."""
    app = AppTest.from_function(_script, args=(name,), default_timeout=LONGEST)
    for key in unfolded:
        app.session_state[f"fold_{key}"] = True
    for key, text in address.items():
        app.query_params[key] = text
    return app


def open_page(name: str, unfolded: Sequence[str] = (), **address: str | list[str]) -> AppTest:
    """The page of that name, opened at its address, with these folds open, without an error."""
    app = arriving(name, unfolded, **address).run()
    assert not app.exception
    return app


def codes(app: AppTest) -> list[str]:
    """The pieces of code that can be copied."""
    return [code for sent in _sent(app, "code") for code in sent.values()]


def paragraphs(app: AppTest) -> list[str]:
    """What is said without a figure, a string a paragraph; with spaces at which a line may end."""
    lines = [block["spans"] for sent in _sent(app, "said") for block in sent["blocks"] if "spans" in block]
    spans = [line if isinstance(line, list) else [line] for line in lines]
    texts = ["".join(one if isinstance(one, str) else one["shown"] for one in line) for line in spans]
    return [text.replace("\u00a0", " ") for text in texts]


def _sent(app: AppTest, name: str) -> list[dict[str, Any]]:
    protos = [one.proto for one in app.main if one.type == "bidi_component"]
    return [json.loads(each.json) for each in protos if each.component_name == f"dropviz_{name}"]

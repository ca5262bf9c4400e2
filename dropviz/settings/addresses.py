"""How a link to a page of the app is written and read: the address holds every setting that is not as at first.

A value that a setting does not allow is replaced by the default and named in one sentence.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dropviz.settings.kinds import Choice, Setting

FIRST_PAGE = "explore"  # it is served at the app's root alone: Streamlit knows it by no name of its own
WITHOUT_RATE = (
    "training",
    "story",
    "schedule",
)  # their settings hold no dropout rate: no link gives them one
MOST_NAMED, LONGEST_NAME = 5, 20  # of the names that a page does not know


def page_link(page: str, query: str = "") -> str:
    """Link from any page of the app to another; relative, so that it holds below a base path too.

    >>> page_link("which-p", "rate=0.3")
    'which-p?rate=0.3'
    >>> page_link("explore", "rate=0.3")
    './?rate=0.3'
    """
    path = "./" if page == FIRST_PAGE else page
    return f"{path}?{query}" if query else path


def spelled(settings: Sequence[Setting], values: Mapping[str, Any]) -> dict[str, str]:
    """Every setting whose value differs from its default, as the address spells it."""
    defaults: dict[str, Any] = {one.key: one.default for one in settings}
    found = defaults | dict(values)
    texts = {one.key: one.spell(found[one.key]) for one in settings}
    changed = {one.key: texts[one.key] for one in settings if texts[one.key] != one.spell(defaults[one.key])}
    for one in settings:
        if isinstance(one, Choice) and one.otherwise:
            others = {key: text for key, text in changed.items() if key != one.key}
            meant = one.otherwise if others else one.default
            changed = others if found[one.key] == meant else others | {one.key: texts[one.key]}
    return changed


def values_of(
    address: Mapping[str, Sequence[str]], settings: Sequence[Setting]
) -> tuple[dict[str, Any], list[str]]:
    """The value of every setting in an address, name → texts, and a sentence for each that had to be refused."""
    values: dict[str, Any] = {setting.key: setting.default for setting in settings}
    complaints = []
    for setting in settings:
        others = {one.key for one in settings} - {setting.key}
        if isinstance(setting, Choice) and setting.otherwise and address.keys() & others:
            values[setting.key] = setting.otherwise
        texts, value = address.get(setting.key, ()), values[setting.key]
        if len(texts) > 1:
            complaints.append(
                f"The address names {setting.key} more than once; {setting.spell(value)} is used."
            )
        elif texts:
            try:
                values[setting.key] = setting.parse(texts[0])
            except (ValueError, OverflowError):
                instead = setting.spell(value) or "the default"
                complaints.append(
                    f"In the address, {setting.key} must be {setting.allowed()}; {instead} is used."
                )
    return values, complaints


def unknown_names(address: Mapping[str, Sequence[str]], settings: Sequence[Setting]) -> list[str]:
    """A sentence about the names in an address that are no setting's, if there are any."""
    unknown = address.keys() - {setting.key for setting in settings}
    if not unknown:
        return []
    names = sorted({re.sub(r"\W", "", name)[:LONGEST_NAME] or "a nameless one" for name in unknown})
    return [f"The address has settings that this page does not know: {', '.join(names[:MOST_NAMED])}."]

"""Colours, type and axes that every figure shares. Text and grid take the page's colours from its style sheet."""

from typing import Any

# Okabe and Ito's palette, distinguishable without red-green vision.
COLORS = {
    "standard": "#E69F00",
    "inverted": "#0072B2",
    "none": "#D55E00",
    "both": "#CC79A7",
    "wrong_train": "#B5446E",
    "wrong_test": "#AA4499",
    "other": "#009E73",
}
TRAIN_DASH, TEST_DASH = "solid", "4px,3px"
INK, TITLE_INK, GRID = "#6b7280", "#1f2933", "rgba(128,128,128,0.25)"
FONT = "Source Sans, Source Sans 3, system-ui, sans-serif"


def axis(**settings: Any) -> dict[str, Any]:
    """Return a quiet axis: fixed range, thin grid, no zero line; ``settings`` override."""
    quiet = {
        "fixedrange": True,
        "showline": False,
        "zeroline": False,
        "gridcolor": GRID,
        "gridwidth": 1,
        "ticks": "",
        # Plotly measures every label to turn or hide some; ours have room, and measuring is half of its time.
        "tickangle": 0,
        "ticklabeloverflow": "allow",
        "tickfont": {"size": 11},
        "title": {"font": {"size": 12}, "standoff": 4},
        "nticks": 6,
    }
    return quiet | settings


def layout(height: int, **settings: Any) -> dict[str, Any]:
    """Return the layout that every figure starts from; the background is the page's."""
    return {
        "height": height,
        "margin": {"l": 44, "r": 8, "t": 24, "b": 34},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": INK},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "template": "none",
    } | settings


def panel_title(text: str, x: float, y: float) -> dict[str, Any]:
    """Return the title of a panel, its finding, left-aligned above the panel's corner (paper coordinates)."""
    return {
        "text": f"<b>{text}</b>",
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 13, "color": TITLE_INK},
        "align": "left",
    }


def words(text: str, color: str, **where: Any) -> dict[str, Any]:
    """Return words in the colour of what they name, as an annotation at ``where``."""
    return {"text": text, "font": {"color": color, "size": 12}, "showarrow": False} | where


def faint(color: str, opacity: float) -> str:
    """Return a hex colour as rgba with an opacity."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"

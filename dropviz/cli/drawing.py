"""``dropviz figure``, ``story`` and ``site``: what the app shows, as files that need no server."""

import argparse
from pathlib import Path
from typing import Any

from dropviz.cli.sources import add_rates, add_source, config_of, label_of
from dropviz.cli.words import STREAM, number, path, read, write
from dropviz.cli.words import add as add_command
from dropviz.numbers.rates import GRID, check_below_one
from dropviz.story.reading import MOST_BYTES, own_story, read_story

PICTURES = ("start", "mistakes", "everything")
HTML = "the HTML file that is written; -: standard output"


def add(commands: Any) -> None:
    """Add the commands."""
    figure = add_command(
        commands,
        "figure",
        _figure,
        "write a live figure as one HTML page",
        needs="NumPy alone; dropviz[frames] for a --file of Parquet",
        argument_default=argparse.SUPPRESS,
    )
    figure.add_argument("output", type=_html, help=HTML)
    figure.add_argument("--picture", choices=PICTURES, help=f"which ({PICTURES[0]})")
    figure.add_argument("--rate", type=number, help="where the slider stands at first (0.3)")
    add_source(figure)
    add_rates(figure, "0:0.95:0.01")
    story = add_command(
        commands, "story", _story, "write the story as one HTML page, to present without a network"
    )
    story.add_argument("output", type=_html, help=HTML)
    story.add_argument("--file", type=path, help="your own story, in TOML; -: standard input")
    site = add_command(commands, "site", _site, "write the pages that need no server into a folder")
    site.add_argument("folder", type=path, help="where the files go; it is made if it is not there")


def _html(text: str) -> Path:
    target = path(text)
    if target != STREAM and target.suffix.lower() not in (".html", ".htm"):
        raise argparse.ArgumentTypeError(f"must end in .html, or be -; got {text!r}")
    return target


def _figure(options: argparse.Namespace) -> None:
    from dropviz.cli.pictures import picture

    given = vars(options)
    rate = given.pop("rate", 0.3)
    check_below_one("rate", rate)
    name = given.get("picture", PICTURES[0])
    if name != "everything" and (own := {"strategies", "replicates"} & given.keys()):
        raise ValueError(f"--{min(own)} does not belong to --picture {name}, only to everything")
    config = config_of(given, GRID)
    write(given["output"], picture(name, config, label_of(given), rate))


def _story(options: argparse.Namespace) -> None:
    from dropviz.figures.story import story_payload
    from dropviz.live.page import story_html

    story = read_story(read(options.file, MOST_BYTES + 1)) if options.file else own_story()
    write(options.output, story_html(story_payload(story, story.results())).encode())


def _site(options: argparse.Namespace) -> None:
    from dropviz.site.__main__ import publish

    publish(options.folder)

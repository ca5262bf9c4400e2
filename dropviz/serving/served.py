"""How answers leave the server: compressed once, and with headers that tell the browser what a page may do."""

import gc
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from dropviz.datasets.streams import MOST_BYTES
from dropviz.layers.reading import Reading
from dropviz.live.scripts import PLOTLY, Script, plotly_address, scripts
from dropviz.serving import health, metrics
from dropviz.serving.addresses import base_path
from dropviz.serving.connections import Leaving, bound_connections
from dropviz.serving.files import CompressedFiles, kept_files
from dropviz.serving.headers import ANCESTORS, SecurityHeaders
from dropviz.serving.large_files import LargeFiles
from dropviz.serving.states import read_only_what_fits
from dropviz.serving.uploads import UPLOAD, FewUploads, is_open

try:
    import resource
except ModuleNotFoundError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

OPEN_FILES = 65_536


def middleware(pages: Sequence[str], style: str) -> list[Middleware]:
    """Return what stands before Streamlit, the outermost first.

    ``pages`` are the addresses of the pages, ``style`` their style sheet, which is there before anything is drawn.
    """
    return [
        Middleware(Leaving),
        Middleware(metrics.Requests, counts=metrics.REQUESTS),
        Middleware(SecurityHeaders, ancestors=os.environ.get(ANCESTORS, "")),
        Middleware(metrics.Guarded, setting=os.environ.get(metrics.SETTING) or "on"),
        Middleware(FewUploads),
        Middleware(
            LargeFiles, upload=UPLOAD, known=is_open, read=Reading, whole=_most_held(), most=MOST_BYTES
        ),
        Middleware(CompressedFiles, own=_own_files(), pages=pages, kept=kept_files(style)),
    ]


def operations(
    checks: Sequence[health.Check] = (), sources: Sequence[metrics.Source] = ()
) -> list[BaseRoute]:
    """Return ``healthz`` and ``metrics`` below the app's own path, with what other rooms check and count."""
    base = f"/{base_path()}".rstrip("/")
    return [
        Route(f"{base}/healthz", health.endpoint((*health.own_checks(), *checks))),
        Route(f"{base}/metrics", metrics.endpoint(sources)),
    ]


def _own_files() -> dict[str, Path | Script]:
    """Plotly, and our scripts, which nobody has to write down, by address."""
    return {plotly_address(): PLOTLY, **{script.address: script for script in scripts().values()}}


def prepare() -> None:
    """Set what holds for the whole process, before the first visitor comes."""
    allow_many_files()
    hold_uploads_in_memory()
    bound_connections()
    read_only_what_fits()
    let_the_start_be()


def hold_uploads_in_memory() -> None:
    """Let no upload be written down, which Starlette does with what is larger than a megabyte."""
    MultiPartParser.spool_max_size = _most_held() + 1


def _most_held() -> int:
    """Bytes of an upload; Streamlit refuses larger ones."""
    return int(st.get_option("server.maxUploadSize") * 2**20)


def let_the_start_be() -> None:
    """Keep what is there before the first visitor comes from the collector, which need not look so often either."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def allow_many_files() -> None:
    """Raise the soft limit of open files as far as the system allows: a visitor holds four of them."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS has a second limit below the hard one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

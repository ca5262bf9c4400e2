"""Mount the story on its page, with the address and the QR code of every scene."""

import hashlib
import json
import logging
import os
import re
import socket
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from dropviz.live.modules import sheet
from dropviz.live.scripts import plotly_address
from dropviz.settings.addresses import spelled
from dropviz.settings.story import MODE, ORDER, SCENE, STORY
from dropviz.story.drawn import is_drawn
from dropviz.story.scenes import Story
from dropviz.story.shelf import shelf
from dropviz.ui.components.scripts import component, told
from dropviz.ui.settings.session import saved, set_value

log = logging.getLogger(__name__)
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
HOME_NETWORKS = ("192.168.", "10.")  # 172.16 to 172.31 are Docker's own, which no phone reaches
PUBLIC_URL = "DROPVIZ_PUBLIC_URL"  # where the hall finds the app, if that is not where the lecturer sees it


def public_address(page: str) -> str:
    """Address of a page as the hall can open it: from the setting, else from the request."""
    given = _public_root(os.environ.get(PUBLIC_URL, "").strip())
    if given:
        return f"{given}/{page}"
    parts = urlsplit(st.context.url or "")
    if not parts.netloc:  # no request, as in a test
        return page
    return urlunsplit((parts.scheme, _reachable(parts.netloc), parts.path.rstrip("/"), "", ""))


def _reachable(netloc: str) -> str:
    """The host and port that phones in the same network reach, where the visitor named this computer to itself."""
    asked = urlsplit(f"//{netloc}")
    if asked.hostname not in LOCAL_HOSTS or st.get_option("server.address") in LOCAL_HOSTS:
        return netloc
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))  # sends nothing: it asks which way a packet would leave
            own = str(line.getsockname()[0])
        except OSError:  # no network
            return netloc
    return f"{own}:{asked.port}" if own.startswith(HOME_NETWORKS) and asked.port else netloc


@cache
def _public_root(given: str) -> str:
    """The address in the setting, without a slash at the end; "" if it is none, which the log is told once."""
    try:
        whole = urlsplit(given).hostname and urlsplit(given).port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        whole = False
    if whole and re.fullmatch(r"https?://[^\s?#@]{1,200}", given, re.IGNORECASE):
        return given.rstrip("/")
    if given:
        log.warning(
            "%s must be like https://dropout.example.org/app; the address asked for is used.", PUBLIC_URL
        )
    return ""


@st.cache_data(max_entries=512, show_spinner=False)
def qr_code(address: str) -> str:
    """The QR code of an address: an image, as an address itself."""
    return segno.make(address, error="m").svg_data_uri(border=2, omitsize=True)


def _held(mark: str) -> str:
    """The mark of a story's file that is held here; the page of another one shows ours."""
    try:
        return mark if mark and not is_drawn(shelf().get(mark)) else ""
    except (LookupError, ConnectionError):
        return ""


def mount_story(story: Story, payload: dict[str, Any], drawn: str) -> None:
    """Show the story from the scene of the settings on; where a person moves to goes into them and the address.

    The addresses that the hall is given say, as the settings do, which story it is and the order of its scenes. A room
    tells the same; where the story cannot be drawn from these alone, what is held under the mark ``drawn``.
    """
    values = saved()
    said = spelled((ORDER, STORY), values)
    version = hashlib.sha256(json.dumps([payload, said]).encode()).hexdigest()[:16]
    page = public_address("story")
    scenes = []
    for number, (record, scene) in enumerate(zip(story.scenes, payload["scenes"], strict=True), start=1):
        query = urlencode({"scene": number} | said, safe=",")
        address = f"{page}?{query}"
        scenes.append(scene | {"link": record.address, "public": address, "qr": qr_code(address)})
    arrival = st.session_state.get("arrivals", 0)
    # The scene at arrival, not the present one: what changes in here is sent again as a whole.
    begin = st.session_state.get("story_begin", {})
    if (begin.get("version"), begin.get("arrival")) != (version, arrival):
        begin = {"version": version, "arrival": arrival, "scene": values[SCENE.key], "mode": values[MODE.key]}
        st.session_state["story_begin"] = begin
    state = "story_live"
    room = {
        "address": "hall",  # below the app's own
        "phones": f"{page.rpartition('/')[0]}/hall",
        "story": drawn or _held(values[STORY.key]),
        "order": "" if drawn else values[ORDER.key],
    }

    def keep_scene() -> None:
        number = told(state, "scene")
        if isinstance(number, int | float) and 1 <= number <= len(story.scenes):
            set_value(SCENE, int(number))

    def keep_mode() -> None:
        wanted = told(state, "mode")
        if wanted in ("page", "talk"):
            set_value(MODE, wanted)

    component("story", '<div class="story"></div>', sheet("story.css"))(
        key=state,
        data={"story": payload | {"scenes": scenes}, **begin, "plotly": [plotly_address()], "room": room},
        on_scene_change=keep_scene,
        on_mode_change=keep_mode,
    )

"""The entry of the app: how it is served and, for every visitor at every change, page configuration and navigation.

``streamlit run app.py`` and ``uvicorn app:app`` import it and find ``app``, which runs this same file as its script.
The script stands here, as Streamlit would take a folder ``pages`` beside it for pages of its own.
"""

import logging
import os
import sys

# Our matrices are small: OpenBLAS's threads would only fight the other visitors for the cores. Read when NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Whoever looks while a training computes waits for the interpreter so long at a time, instead of 5 ms.
sys.setswitchinterval(0.001)

import streamlit as st

# This import comes before the server, and Streamlit would say so of every cache; they find it when they are used.
logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)

from streamlit.runtime.scriptrunner import get_script_run_ctx

from dropviz.hall import hall, hall_routes, lifespan, watched
from dropviz.serving.addresses import base_path
from dropviz.serving.served import middleware, operations, prepare
from dropviz.ui.frame import PAGES, icon, pages, show_frame, style

if get_script_run_ctx(suppress_warning=True) is None:
    prepare()
    rooms = hall()
    app = st.App(
        __file__,
        lifespan=lifespan(rooms),
        routes=[
            *operations([watched.reachable(rooms)], [watched.metrics(rooms)]),
            *hall_routes(rooms, base_path()),
        ],
        middleware=middleware([page.address for page in PAGES], style()),
    )
else:
    st.set_page_config(
        page_title="dropviz: dropout, seen",
        page_icon=icon(),
        layout="wide",
        # In a frame of a course site the picture comes first; the settings open beside it.
        initial_sidebar_state="collapsed" if st.context.is_embedded else "auto",
        menu_items={
            "About": "dropviz: what standard and inverted dropout do to the same activations. MIT licence."
        },
    )
    page = st.navigation(pages(), position="top")
    show_frame()
    page.run()

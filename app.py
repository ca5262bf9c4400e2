"""The entry of the app: page configuration and navigation, nothing else."""

from pathlib import Path

import streamlit as st

from dropviz.ui.frame import pages, show_frame

st.set_page_config(
    page_title="dropviz: dropout, seen",
    page_icon=str(Path(__file__).parent / "dropviz" / "ui" / "icon.svg"),
    layout="wide",
)
page = st.navigation(pages(), position="top")
show_frame()
page.run()

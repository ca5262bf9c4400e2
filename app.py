"""The entry of the app."""

import streamlit as st

st.set_page_config(page_title="dropviz", layout="wide")
st.title("Dropout: scale at test time, or invert in training?")

"""Plotly's script: the file of the installed package, and the address that it is served under."""

import hashlib
from pathlib import Path

import plotly

PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
# Relative to the app's own address, and below Streamlit's static files: proxies that pass only Streamlit's paths pass
# it too. The hash makes it a new address when Plotly is a new one, so that a browser may keep it for ever.
PLOTLY_ADDRESS = f"static/dropviz/plotly.{hashlib.sha256(PLOTLY_FILE.read_bytes()).hexdigest()[:16]}.min.js"

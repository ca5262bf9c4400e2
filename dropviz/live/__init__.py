"""A picture as data, panels and words, and what draws it: the browser, Plotly, one HTML page."""

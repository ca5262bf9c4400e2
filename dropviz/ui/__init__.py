"""The Streamlit front end: widgets into configs, results onto pages."""

"""The pages that need no server, as a folder of files: `make site`, or ``python -m dropviz.site FOLDER``."""

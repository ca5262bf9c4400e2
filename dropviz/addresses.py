"""How a link to a page of the app is written."""

FIRST_PAGE = "explore"  # it is served at the app's root alone: Streamlit knows it by no name of its own


def page_link(page: str, query: str = "") -> str:
    """Link from any page of the app to another; relative, so that it holds below a base path too.

    >>> page_link("which-p", "rate=0.3")
    'which-p?rate=0.3'
    >>> page_link("explore", "rate=0.3")
    './?rate=0.3'
    """
    path = "./" if page == FIRST_PAGE else page
    return f"{path}?{query}" if query else path

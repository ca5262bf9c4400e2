"""Packages that only a part of dropviz needs: the extra that brings each, and what is said where one is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = {
    **{"pandas": "frames", "pyarrow": "frames", "plotly": "figures", "streamlit": "app", "segno": "app"},
    **{"torch": "torch", "keras": "keras", "jax": "jax", "distributed": "dask", "redis": "redis"},
}
# What pip is to install for each package; TensorFlow is the backend that Keras takes if none is named.
INSTALLED_BY = {package: f'"dropviz[{name}]"' for package, name in EXTRAS.items()}
INSTALLED_BY["tensorflow"] = "tensorflow, or set KERAS_BACKEND to jax or torch"


@contextmanager
def extra(what: str) -> Iterator[None]:
    """Import a package of an extra in here: if it is missing, the error says in a sentence how to get it.

    >>> with extra("a figure of Plotly"):
    ...     raise ModuleNotFoundError("No module named 'plotly'", name="plotly")
    Traceback (most recent call last):
    ModuleNotFoundError: a figure of Plotly needs plotly: pip install "dropviz[figures]"
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        package = package_of(missing)
        if package not in INSTALLED_BY:
            raise
        raise ModuleNotFoundError(how_to_get(package, what), name=missing.name) from None


def package_of(missing: ModuleNotFoundError) -> str:
    """The package that is not installed, "" if the error does not say."""
    return (missing.name or "").partition(".")[0]


def how_to_get(package: str, what: str) -> str:
    """The sentence for somebody without a package of `INSTALLED_BY`."""
    return f"{what} needs {package}: pip install {INSTALLED_BY[package]}"

"""Where a request leads below the app's own path."""

from starlette.types import Scope
from streamlit import config


def base_path() -> str:
    """Return the path that the app stands below, without slashes at its ends; "" is the root of its host."""
    return (config.get_option("server.baseUrlPath") or "").strip("/")


def address_below(scope: Scope, base: str) -> str | None:
    """Return the address below the app's own, "" for the app itself; None if it is not below it."""
    path, root = scope["path"], scope.get("root_path", "")
    if root and f"{path}/".startswith(f"{root}/"):  # mounted below another app
        path = path[len(root) :]
    if base:
        if not f"{path}/".startswith(f"/{base}/"):
            return None
        path = path[len(base) + 1 :]
    return str(path).removeprefix("/")

"""Files of a visitor: a session holds a few, and the longest held leaves when another comes."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MOST_HELD = 160_000_000  # bytes: eight files of 20 MB, or many small ones, a layer each
MOST_FILES = 200
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")


class FewUploads:
    """Middleware: no session holds more than ``MOST_HELD`` bytes of files. Streamlit itself keeps all it is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on the request, and let go of what the session held longest."""
        await self.app(scope, receive, send)
        upload = (
            UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        )
        if upload is not None and Runtime.exists():
            let_go(Runtime.instance().uploaded_file_mgr, upload[1])


def let_go(held: object, session: str) -> None:
    """Remove the oldest files of a session beyond ``MOST_HELD`` bytes and ``MOST_FILES``; the newest stays."""
    if isinstance(held, MemoryUploadedFileManager):
        files = [*held.file_storage.get(session, {}).items()]
        size = sum(len(file.data) for _, file in files)
        for at, (file_id, file) in enumerate(files[:-1]):
            if size <= MOST_HELD and len(files) - at <= MOST_FILES:
                break
            held.remove_file(session, file_id)
            size -= len(file.data)


def is_open(session: str) -> bool:
    """Whether there is such a session."""
    return Runtime.exists() and Runtime.instance().is_active_session(session)

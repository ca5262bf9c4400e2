"""Files of a visitor: a session holds a few, and the longest held leaves when another comes."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MOST_HELD = 8  # of 20 MB at most; no page takes more than four at a time
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")


class FewUploads:
    """Middleware: no session holds more than ``MOST_HELD`` files. Streamlit itself keeps all that it is sent."""

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
    """Remove the oldest files of a session beyond ``MOST_HELD``."""
    if isinstance(held, MemoryUploadedFileManager):
        for file in [*held.file_storage.get(session, {})][:-MOST_HELD]:
            held.remove_file(session, file)

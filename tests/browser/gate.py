"""A reverse proxy that passes Streamlit's own paths only, as a host in front of the app may."""

import re
import socket
import threading
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

from streamlit import file_util

PIECE = 65_536
REFUSED = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def is_streamlits(path):
    """Whether a path below the app's own is one that every Streamlit app answers: a page, a file, a channel."""
    first, _, rest = path.strip("/").partition("/")
    if first == "static":
        return Path(file_util.get_static_dir(), first, rest).is_file()
    return not rest or first in ("_stcore", "media", "component")


@contextmanager
def gate(url):
    """Stand in front of the app at ``url``; give the address of the gate and the list of the paths that it refused."""
    app, refused = urlsplit(url), []

    class Handler(StreamRequestHandler):
        def handle(self):
            head = b"".join(takewhile(b"\r\n".__ne__, iter(self.rfile.readline, b"")))
            if not head:  # a browser that connects in advance
                return
            path = urlsplit(head.split(b" ", 2)[1].decode()).path
            if path.startswith(app.path) and is_streamlits(path.removeprefix(app.path)):
                with socket.create_connection((app.hostname, app.port)) as behind:
                    _hand_on(head, self, behind)
            else:
                refused.append(path)
                self.wfile.write(REFUSED)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{app.path}", refused
        server.shutdown()


def _hand_on(head, asked, behind):
    """Hand a request on, and what follows in both directions; each request has a connection of its own."""
    if b"\r\nupgrade:" not in head.lower():
        head = re.sub(rb"\r\nconnection:[^\r]*", b"", head, flags=re.IGNORECASE) + b"Connection: close\r\n"
    behind.sendall(head + b"\r\n")
    up = threading.Thread(target=_pour, args=(asked.rfile.read1, behind), daemon=True)
    up.start()
    _pour(behind.recv, asked.connection)


def _pour(read, into):
    with suppress(OSError, ValueError):  # the other end has gone
        while piece := read(PIECE):
            into.sendall(piece)

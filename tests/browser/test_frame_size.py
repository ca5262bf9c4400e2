"""A frame over the socket larger than anything that the app sends or needs is refused before it is received."""

import struct

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def claim(url, megabytes):
    """Open a session and send the head of one frame that claims to be so large; what the server then says."""
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], close_timeout=0.1) as session:
        session.socket.sendall(b"\x82\xff" + struct.pack(">Q", megabytes * 1_000_000) + bytes(4))
        return session.recv(timeout=2.0)


def test_a_frame_of_more_than_25_megabytes_is_refused_at_its_head(app_url):
    with pytest.raises(ConnectionClosed) as closed:
        claim(app_url, 26)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009  # message too big


def test_a_smaller_frame_is_waited_for(app_url):
    with pytest.raises(TimeoutError):
        claim(app_url, 24)

"""What a first visit costs: the bytes of the first screen over HTTP, as they pass on the wire, and over the socket."""

import argparse
import contextlib
import sys
from typing import Any, NamedTuple

from playwright.sync_api import Page, sync_playwright

from tools.browser import MISSING, find
from tools.running import app


class Visit(NamedTuple):
    """What the browser got, bytes by address, and bytes over the socket."""

    files: dict[str, int]
    socket: int

    @property
    def bytes(self) -> int:
        return sum(self.files.values())


def first_visit(page: Page, url: str) -> Visit:
    """Open the first screen in a browser that has never been there, and wait until its picture is drawn."""
    network = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    files: dict[str, int] = {}
    frames: list[int] = []

    def note_address(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["response"]["url"]

    def note_bytes(event: dict[str, Any]) -> None:
        if event["requestId"] in addresses:
            files[addresses[event["requestId"]]] = int(event["encodedDataLength"])

    network.on("Network.responseReceived", note_address)
    network.on("Network.loadingFinished", note_bytes)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(len(frame))))
    page.goto(url)
    page.locator(".dv[data-ready]").first.wait_for(timeout=120_000)
    page.wait_for_load_state("networkidle")
    network.detach()
    return Visit(files, sum(frames))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=8, help="how many files to name")
    largest = parser.parse_args().largest
    with contextlib.ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        executable = find(playwright.chromium.executable_path)
        if executable is None:
            sys.exit(MISSING)
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        visit = first_visit(chromium.new_page(), stack.enter_context(app()).url)
        chromium.close()
    print("A first visit to the first screen, kB")
    print(f"{f'over HTTP, {len(visit.files)} files':66}{visit.bytes / 1000:>9.0f}")
    print(f"{'over the socket, uncompressed':66}{visit.socket / 1000:>9.0f}")
    for address, size in sorted(visit.files.items(), key=lambda item: -item[1])[:largest]:
        print(f"  {address.rpartition('/')[2][:62]:64}{size / 1000:>9.0f}")


if __name__ == "__main__":
    main()

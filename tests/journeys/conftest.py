"""A real browser before a real server: the app of the test on a free port of this machine."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong

CHROMIUM = shutil.which("chromium")  # the system's; Playwright's own where there is none
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots", action="store_true", help="draw docs/screenshots anew (test_screens.py)"
    )


class Silent(WSGIRequestHandler):
    """Keep the test's own output readable."""

    def log_request(self, *_args: object) -> None:
        return


@dataclass(frozen=True)
class LiveServer:
    url: str


@contextmanager
def serving(app: Flask) -> Iterator[LiveServer]:
    """Put an app behind a real socket, one thread per request."""

    def whole(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer at once: werkzeug leaves a file open when the browser hangs up halfway."""
        parts = app.wsgi_app(environ, start_response)
        try:
            return list(parts)
        finally:
            getattr(parts, "close", list)()

    server = make_server("127.0.0.1", 0, whole, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield LiveServer(f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    with serving(app) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """``open_page()`` is a fresh phone; what goes wrong on a page fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[list[str]] = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, **{"viewport": PHONE, "locale": "vi-VN", **options}
        )
        contexts.append(context)
        page = context.new_page()
        faults.append(faults_of(page))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not any(faults)


def faults_of(page: Page) -> list[str]:
    """Gather what goes wrong on a page from now on."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: _note(faults, message.type, message.text))
    return faults


def _note(faults: list[str], kind: str, text: str) -> None:
    """Note what a browser complains about; a refusal or a cut network is not a fault."""
    expected = "the server responded with a status of 4" in text or "net::ERR_FAILED" in text
    if kind == "error" and not expected:
        faults.append(text)

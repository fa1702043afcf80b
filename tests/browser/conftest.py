"""The app, served from a free port on a database of its own, and Debian's Chromium to look at it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.at_work import alive
from tests.browser.places import PLACES, Place, recorded, words, worked_example
from tests.views.seed import full_database_file

ROOT = Path(__file__).resolve().parents[2]
#: The shell first, where there is one: it draws the same pages without what a window needs, for fewer CPU seconds.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
WINDOW: ViewportSize = {"width": 1400, "height": 900}
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what lies here, and skips it where there is no browser."""
    here = [item for item in items if Path(item.path).parent == Path(__file__).parent]
    for item in here:
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no chromium here: tests/install-browser installs one"))


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: every test names its app. The plugin's own fixture warns under this pytest."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    # All tabs of one context are drawn by one process, which has compiled the app already. It keeps what it compiled,
    # and takes no time to optimize it: a page is drawn before that pays.
    arguments = ["--no-sandbox", "--process-per-site", "--js-flags=--no-opt --no-maglev --no-flush-bytecode"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    # No motion: drawing what fades in and turns costs as much again as half a page, and no test looks at it.
    return {**browser_context_args, "viewport": WINDOW, "reduced_motion": "reduce"}


@dataclass(frozen=True)
class App:
    """A served app: its address, and that of its database."""

    address: str
    database: str
    process: subprocess.Popen[bytes]
    log: Path

    def open(self, page: Page, path: str = "") -> Page:
        """Opens ``path`` and waits until the page has settled."""
        page.goto(f"{self.address}/{path}")
        return settled(page)

    def close(self) -> None:
        """Ends the server, and nothing else."""
        self.leave()
        self.process.wait(15)

    def leave(self) -> None:
        """Tells the server to end, which takes it a second or two; the session waits for it."""
        self.process.send_signal(signal.SIGTERM)


def settled(page: Page) -> Page:
    """Waits until the page is drawn and no script runs."""
    # Asked often: what is expected is looked for ever more rarely, up to once a second.
    # Elements come in chunks of code that are fetched when first needed; until then they are skeletons.
    page.wait_for_function(
        """() => document.querySelector('h1')
              && !document.querySelector('[data-testid=stStatusWidget]')
              && !document.querySelector('[data-testid=stSkeleton]')
              && !document.querySelector('[data-stale=true]')""",
        timeout=60_000,
        polling=40,  # not with each frame: drawing frames that change nothing is most of what waiting takes
    )
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def serve(folder: Path, database: str, **more: str) -> App:
    """Starts the app as a user would, on a free port; ``more`` is its environment's."""
    port = _free_port()
    log = folder / "server.log"
    environment = {**os.environ, "DATABASE_URL": database, "QUICKWIN_HOME": str(folder / "home"), **more}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    app = App(f"http://127.0.0.1:{port}", database, process, log)
    _wait_until_up(app)
    return app


#: What apps were served at: a browser has what it loaded and compiled by its address, and another app is the same code.
_PORTS: list[int] = []


def _free_port() -> int:
    for port in _PORTS:
        with contextlib.suppress(OSError):
            return _bound(port)
    _PORTS.append(_bound(0))
    return _PORTS[-1]


def _bound(port: int) -> int:
    """The port, 0 for any, where nothing listens at it.

    Raises:
        OSError: an app is at it still.
    """
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(("127.0.0.1", port))
        return int(found.getsockname()[1])


def _wait_until_up(app: App) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{app.address}/_stcore/health", timeout=1):
                return
        except OSError:
            assert app.process.poll() is None, app.log.read_text()
            _pause()
    raise AssertionError(f"the app did not come up: {app.log.read_text()}")


def _pause() -> None:
    """A tenth of a second, without a sleep."""
    with socket.socket() as waiting:
        waiting.settimeout(0.1)
        try:
            waiting.bind(("127.0.0.1", 0))
            waiting.listen()
            waiting.accept()
        except TimeoutError:
            return


@pytest.fixture(scope="session")
def empty_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app on an empty database, for tests that only look."""
    folder = tmp_path_factory.mktemp("empty")
    app = serve(folder, f"sqlite:///{folder / 'quickwin.db'}")
    yield app
    app.close()


@pytest.fixture(scope="session")
def full_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small full database; copy it to change it."""
    return full_database_file(tmp_path_factory)


@pytest.fixture(scope="session")
def full_app(tmp_path_factory: pytest.TempPathFactory, full_database: Path) -> Iterator[App]:
    """An app on a full database, for tests that only look."""
    folder = tmp_path_factory.mktemp("full-app")
    shutil.copy(full_database, folder / "quickwin.db")
    app = serve(folder, f"sqlite:///{folder / 'quickwin.db'}")
    yield app
    app.close()


@pytest.fixture(scope="session")
def used_app(tmp_path_factory: pytest.TempPathFactory, full_database: Path) -> Iterator[App]:
    """An app on a copy of the full database, for tests that take back what they change, or whose change none minds."""
    folder = tmp_path_factory.mktemp("used-app")
    shutil.copy(full_database, folder / "quickwin.db")
    app = serve(folder, f"sqlite:///{folder / 'quickwin.db'}")
    yield app
    app.close()


Opened = Callable[[], Page]


@dataclass(frozen=True)
class Served:
    """A project with what was recorded of it, and the app on that."""

    place: Place
    app: App


def serve_place(place: Place) -> App:
    """Starts the app on a project."""
    return serve(place.folder, place.database, **place.environment)


@pytest.fixture(scope="session")
def served_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _served(recorded(tmp_path_factory, worked_example))


@pytest.fixture(scope="session")
def served_words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _served(recorded(tmp_path_factory, words))


def _served(place: Place) -> Iterator[Served]:
    app = serve_place(place)
    yield Served(place, app)
    app.leave()
    _end(place)
    app.process.wait(15)


def _end(place: Place) -> None:
    """Ends what a test that failed left at work in a place, and the app that is to end anyway."""
    for pid in alive(place.folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=["served_example", "served_words"], ids=["worked example", "words"])
def served(request: pytest.FixtureRequest) -> Served:
    """The worked example, then a user's project: made once, so that a test leaves the runs as they are."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


class Journeys:
    """Projects that began with nothing run, by name: the last of each is kept, for journeys that mind no past."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._kept: dict[str, Served] = {}
        self._all: list[Served] = []

    def new(self, name: str) -> Served:
        """Such a project with nothing run yet."""
        return self._serve(PLACES[name](self._factory.mktemp("journey")))

    def kept(self, name: str) -> Served:
        """The one that is there already, whatever was run in it, where one is."""
        return self._kept[name] if name in self._kept else self.new(name)

    def restarted(self, served: Served) -> Served:
        """Ends its app and starts it again."""
        served.app.close()
        return self._serve(served.place)

    def drop(self, name: str) -> None:
        """Ends what is at work in the one that is there, and its app: the next journey begins another."""
        _end(self._kept.pop(name).place)

    def end(self) -> None:
        """Ends all apps."""
        for served in self._all:
            served.app.leave()
            _end(served.place)
        for served in self._all:
            served.app.process.wait(15)

    def _serve(self, place: Place) -> Served:
        self._kept[place.name] = served = Served(place, serve_place(place))
        self._all.append(served)
        return served


@pytest.fixture(scope="session")
def journeys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journeys]:
    journeys = Journeys(tmp_path_factory)
    yield journeys
    journeys.end()


@pytest.fixture(params=PLACES)
def fresh(request: pytest.FixtureRequest, journeys: Journeys) -> Iterator[Served]:
    """The same projects with nothing run yet."""
    yield from _until_one_fails(request, journeys, journeys.new(request.param))


@pytest.fixture(params=PLACES)
def lived_in(request: pytest.FixtureRequest, journeys: Journeys) -> Iterator[Served]:
    """The same projects, whatever other journeys did there: for those that take that as it is."""
    yield from _until_one_fails(request, journeys, journeys.kept(request.param))


def _until_one_fails(request: pytest.FixtureRequest, journeys: Journeys, served: Served) -> Iterator[Served]:
    failed = request.session.testsfailed
    yield served
    if request.session.testsfailed > failed:
        journeys.drop(served.place.name)


@dataclass
class Person:
    """A browser that is kept, and its tab: one that had to fetch and compile the app anew takes twice as long."""

    context: BrowserContext
    left_alone: list[Page]
    kept: Page | None = None

    @classmethod
    def new(cls, browser: Browser, arguments: dict[str, Any]) -> Person:
        context = browser.new_context(**arguments)
        keeper = context.new_page()  # an empty page of the apps' site: what has compiled the app ends with none
        keeper.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
        keeper.goto("http://127.0.0.1/")
        return cls(context, [keeper])

    def tab(self) -> Page:
        """The tab, as it is when it is new."""
        if self.kept is None or self.kept.is_closed():
            self.kept = self.context.new_page()
        return self.kept

    def leave(self) -> None:
        """Takes back what was stored, set or allowed, and closes all other tabs; what was loaded stays loaded."""
        for page in self.context.pages:
            if page in self.left_alone:
                continue
            if page is self.kept:
                _as_new(page)
            else:
                page.close()
        devtools = self.context.new_cdp_session(self.left_alone[0])
        for port in _PORTS:
            stored = {"origin": f"http://127.0.0.1:{port}", "storageTypes": "local_storage"}
            devtools.send("Storage.clearDataForOrigin", stored)
        devtools.detach()
        self.context.clear_permissions()
        self.context.clear_cookies()


def _as_new(page: Page) -> None:
    """Takes back what a test made of a tab: its page, its steps of Back, its size, and what is caught on its way."""
    page.unroute_all()
    if page.url.startswith("http"):
        page.evaluate("sessionStorage.clear()")
    page.goto("about:blank")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.resetNavigationHistory")
    devtools.detach()
    page.set_viewport_size(WINDOW)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


@pytest.fixture(scope="session")
def one_person(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Person]:
    person = Person.new(browser, browser_context_args)
    yield person
    person.context.close()


@pytest.fixture(scope="session")
def other_person(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Person]:
    person = Person.new(browser, browser_context_args)
    yield person
    person.context.close()


@pytest.fixture
def page(one_person: Person) -> Iterator[Page]:
    """A tab in a browser that stored nothing."""
    yield one_person.tab()
    one_person.leave()


@pytest.fixture
def listened(one_person: Person) -> Iterator[Page]:
    """A tab for a test that listens to what happens in it."""
    yield one_person.context.new_page()
    one_person.leave()


@pytest.fixture
def fresh_context(other_person: Person) -> Iterator[Opened]:
    """A page in another browser context: another person, who has nothing but a link."""
    yield other_person.tab
    other_person.leave()


@pytest.fixture(scope="session")
def looking(one_person: Person) -> Page:
    """One tab for tests that only look, which open one page after the other in it."""
    page = one_person.context.new_page()
    one_person.left_alone.append(page)
    return page

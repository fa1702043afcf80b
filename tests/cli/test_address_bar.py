"""The address bar is not an open door: a real server, asked under names and from pages that are not its own.

A page elsewhere can be turned on this machine by another name for its address (DNS rebinding). What such a page gets is
Streamlit's own files, which are public; the session, its data, uploads and downloads it does not get.
"""

from __future__ import annotations

import base64
import http.client
import os
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.at_work import PATIENCE_SECONDS
from tests.cli.place import started
from tests.cli.records import record, stored
from tests.cli.test_serve import free_port, healthy

#: A page elsewhere, by a name that is not this machine's.
FOREIGN = "evil.example.org"
_UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A served app on a database with one run."""
    with served(tmp_path_factory.mktemp("served")) as number:
        yield number


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[int]:
    """Serves a database with one run; gives the port."""
    number = free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        patch.setenv("DATABASE_URL", f"sqlite:///{folder / 'quickwin.db'}")
        patch.setenv("QUICKWIN_HOME", str(folder / "home"))
        stored(record("a label that nobody else should read"))
        with started("serve", "--port", str(number), "--no-browser") as process:
            try:
                assert healthy(process, number), process.communicate()
                yield number
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)


def asked(
    port: int, method: str, path: str, host: str, *, body: bytes | None = None, **headers: str
) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and the beginning of the answer to a request under this Host."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), b"" if answer.status == 101 else answer.read(100_000)
    finally:
        connection.close()


def stream(port: int, host: str, origin: str | None) -> int:
    """The status of the answer to a websocket: 101 is a session with everything in it."""
    key = base64.b64encode(os.urandom(16)).decode()
    more = {} if origin is None else {"Origin": origin}
    upgrade = {name.replace("-", "_"): value for name, value in _UPGRADE.items()}
    return asked(port, "GET", "/_stcore/stream", host, Sec_WebSocket_Key=key, **upgrade, **more)[0]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_this_machines_names_get_a_session(port: int, name: str) -> None:
    assert stream(port, f"{name}:{port}", f"http://{name}:{port}") == 101


def test_a_team_adds_the_name_of_its_proxy_as_the_docs_say(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "team.md").read_text("utf-8")
    setting = re.search(r'STREAMLIT_SERVER_ALLOWED_HOSTS="([^"]+)"', text)
    assert setting is not None
    name = setting[1].split()[0]
    with served(tmp_path, STREAMLIT_SERVER_ALLOWED_HOSTS=setting[1]) as number:
        assert stream(number, name, f"https://{name}") == 101
        assert stream(number, f"localhost:{number}", f"http://localhost:{number}") == 101
        assert stream(number, FOREIGN, f"https://{FOREIGN}") == 403
        assert stream(number, name, f"https://{FOREIGN}") == 403


@pytest.mark.parametrize("host", [FOREIGN, f"{FOREIGN}:PORT", "localhost.evil.example.org:PORT", "", "quickwin:PORT"])
@pytest.mark.parametrize("origin", [None, "its own", "http://localhost:PORT"])
def test_another_name_for_this_machine_gets_no_session(port: int, host: str, origin: str | None) -> None:
    host = host.replace("PORT", str(port))
    named = f"http://{host}" if origin == "its own" else origin and origin.replace("PORT", str(port))
    assert stream(port, host, named) in (400, 403)


@pytest.mark.parametrize(
    "origin", [f"http://{FOREIGN}", f"https://{FOREIGN}", "null", "http://localhost.evil.example.org"]
)
def test_a_page_elsewhere_gets_no_session_under_this_machines_name(port: int, origin: str) -> None:
    assert stream(port, f"localhost:{port}", origin) == 403


@pytest.mark.parametrize("path", ["/", "/runs", "/_stcore/health", "/_stcore/host-config", "/static/index.html"])
def test_what_anybody_gets_holds_nothing_of_the_database(port: int, path: str) -> None:
    status, headers, body = asked(port, "GET", path, FOREIGN, Origin=f"http://{FOREIGN}")
    assert status < 500 and b"nobody else" not in body
    assert headers.get("Access-Control-Allow-Origin") is None, "a page elsewhere can not read the answer"


def test_another_name_can_not_upload_even_with_the_token_that_it_was_given(port: int) -> None:
    cookies = [
        asked(port, "GET", path, FOREIGN)[1].get("Set-Cookie", "")
        for path in ("/", "/_stcore/health", "/_stcore/host-config")
    ]
    token = next((match[1] for text in cookies if (match := re.search(r"_streamlit_xsrf=([^;]+)", text))), "none")
    path = "/_stcore/upload_file/00000000-0000-0000-0000-000000000000/00000000-0000-0000-0000-000000000000"
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.log"\r\n\r\nabc\r\n--x--\r\n'
    status, _, _ = asked(
        port, "PUT", path, FOREIGN, body=form, Content_Type="multipart/form-data; boundary=x",
        Cookie=f"_streamlit_xsrf={token}", X_Xsrftoken=token,
    )  # fmt: skip
    assert status in (400, 403), "there is no session to upload to, since none was given"
    assert asked(port, "PUT", path, f"localhost:{port}", body=form)[0] == 403, "without a token nobody uploads"


@pytest.mark.parametrize(
    "path", ["/media/" + "0" * 56 + ".csv", "/media/../../quickwin.db", "/media/%2e%2e/quickwin.db"]
)
def test_a_download_is_known_by_its_secret_address_alone(port: int, path: str) -> None:
    status, _, body = asked(port, "GET", path, FOREIGN)
    assert status in (400, 403, 404) or b"SQLite format" not in body
    assert b"nobody else" not in body


@pytest.mark.parametrize(
    "path",
    ["/static/../../../app.py", "/static/%2e%2e/%2e%2e/app.py", "/app/static/app.py", "/.streamlit/secrets.toml"],
)
def test_no_file_of_the_folder_is_served(port: int, path: str) -> None:
    _, _, body = asked(port, "GET", path, f"localhost:{port}")
    assert b"set_page_config" not in body and b"cookie_secret" not in body

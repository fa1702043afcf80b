"""``serve``: really started, asked for its health, and ended."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.at_work import PATIENCE_SECONDS
from tests.cli.place import one_sentence, quickwin, started


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def healthy(process: subprocess.Popen[str], port: int) -> bool:
    """Asks until the app answers; a process that ended is not healthy."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            select.select([], [], [], 0.1)
    return False


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]


def over(pid: int) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], PATIENCE_SECONDS)[0])
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_app_answers_and_its_end_leaves_no_process(place: Path, number: signal.Signals) -> None:
    port = free_port()
    with started("serve", "--port", str(port), "--no-browser") as process:
        assert healthy(process, port), process.communicate()
        app = children(process.pid)
        process.send_signal(number)
        printed, said = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in said) == (0, False)
    assert f"http://localhost:{port}" in printed
    assert len(app) == 1 and over(app[0])


def test_a_port_in_use_is_one_sentence_with_what_would_work(place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started("serve", "--port", str(taken.getsockname()[1]), "--no-browser") as process:
            _, said = process.communicate(timeout=60)
    assert process.returncode == 3 and "--port takes another" in said and "Traceback" not in said


def test_a_database_that_can_not_be_opened_is_said_before_anything_is_served(place: Path) -> None:
    (place / "quickwin.db").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    result = quickwin("serve", "--no-browser")
    assert result.exit_code == 3 and "is not a database" in result.stderr and one_sentence(result.stderr)
    assert "Serving" not in result.stdout

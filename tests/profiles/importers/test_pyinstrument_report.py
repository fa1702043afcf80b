"""pyinstrument's reports, written here by pyinstrument itself."""

import time

import pytest
from pyinstrument import Profiler
from pyinstrument.renderers import JSONRenderer

from tests.profiles.importers.files import form_of, read, read_text

TEXT = """\

  _     ._   __/__   _ _  _  _ _/_   Recorded: 12:00:00  Samples:  73
 /_//_/// /_\\ / //_// / //_'/ //     Duration: 2.500     CPU time: 1.061
/   _/                      v5.1.3

2.500 <module>  a.py:1
├─ 1.500 solve  a.py:6
│  ├─ 1.000 step  b.py:3
│  └─ 0.250 [self]  a.py
└─ 0.750 load  a.py:9
"""


def spent(preview):
    (run,) = preview.runs
    return {stack[-1].split("\0")[0]: round(seconds, 6) for stack, seconds in run.profiles[0]["frame_records"]}


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("├─", "|-").replace("└─", "`-").replace("│ ", "| ")])
def test_the_printed_tree_gives_its_seconds_and_the_duration(text):
    assert form_of(text.encode()) == "pyinstrument-report"
    preview = read(("x.txt", text.encode()))
    assert preview.records[0].wall_seconds == 2.5 and preview.records[0].profiled
    assert spent(preview) == {"step": 1.0, "solve": 0.5, "load": 0.75, "<module>": 0.25}
    assert "pruned" in preview.files[0].losses[0].reason


@pytest.fixture(scope="module")
def profiler():
    def busy():
        end = time.perf_counter() + 0.05
        while time.perf_counter() < end:
            pass

    with Profiler() as recording:
        busy()
    return recording


def test_what_pyinstrument_writes_is_read_in_every_form(profiler):
    duration = profiler.last_session.duration
    for text, form in (
        (profiler.output_html(), "pyinstrument-report"),
        (profiler.output_text(unicode=True), "pyinstrument-report"),
        (profiler.output_text(unicode=True, color=True), "pyinstrument-report"),
        (profiler.output(JSONRenderer()), "pyinstrument"),
    ):
        preview = read(("x", text.encode()))
        assert preview.files[0].form == form and preview.files[0].refused is None
        assert preview.records[0].wall_seconds == pytest.approx(duration, abs=0.001)
        assert "busy" in " ".join(frame for stack, _ in preview.runs[0].profiles[0]["frame_records"] for frame in stack)


def test_a_cut_page_is_refused_in_a_sentence(profiler):
    page = profiler.output_html()
    preview = read(("x.html", page[: page.index("sessionData") + 60].encode()))
    assert "session in it is missing or cut" in preview.files[0].refused


def test_a_tree_of_shares_is_refused_and_it_is_said_what_would_work():
    text = "  _  Recorded: 14:32:10  Samples:  100\n /_  Duration: 2.000     CPU time: 1.012\n\n"
    preview = read_text(text + "100% <module>  x.py:1\n├─ 75% main  x.py:4\n└─ 25% load  x.py:2\n")
    assert preview.records == ()
    assert "shares of the time" in str(preview.files[0].sentence)

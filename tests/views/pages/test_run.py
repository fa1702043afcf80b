"""Run: one run, what it is made of, what its log claimed, and its files."""

import base64
import json
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine

from db.engine import open_engine
from db.store import save_profile, state_facts, store_run
from profiles.records import PhaseTiming
from tests.db.samples import record, task
from tests.views.conftest import Open, words
from tests.views.databases import fill, measured
from views.data import exports


@pytest.fixture
def engine(empty: str) -> Engine:
    return open_engine(empty)


SESSION = {
    "frame_records": [
        [["main\x00run.py\x001", "score\x00score.py\x009"], 1.5],
        [["main\x00run.py\x001", "objects\x00dsl.py\x0077"], 0.5],
    ],
    "start_time": 0.0,
    "duration": 2.0,
    "sample_count": 2,
    "start_call_stack": [],
    "target_description": "a run",
    "cpu_time": 2.0,
    "sys_path": [],
    "sys_prefixes": [],
    "min_interval": 0.001,
    "max_interval": 0.001,
}


def test_an_empty_database_says_what_to_do(engine: Engine, open_page: Open) -> None:
    assert "No runs yet" in words(open_page("run"))


def test_the_newest_run_is_shown_without_a_number(engine: Engine, open_page: Open) -> None:
    fill(engine)
    assert "run 3" in words(open_page("run"))


def test_a_number_that_no_run_has_is_said_with_a_way_on(engine: Engine, open_page: Open) -> None:
    fill(engine)
    page = open_page("run", run="99")
    assert "There is no run 99; the newest is 4" in words(page)
    assert [link.value for link in page.page_link] == ["Open run 4", "Look through all runs"]


def test_the_overhead_is_said_in_a_sentence_with_what_is_unaccounted(engine: Engine, open_page: Open) -> None:
    store_run(engine, measured(1))
    said = words(open_page("run", run="1"))
    assert "**75% is overhead**" in said
    assert "12% is **unaccounted**: no timer covers it" in said
    assert "2 of 3 tasks solved, 0 errors, 0 timeouts" in said


def test_the_figures_of_the_phases_add_up_to_the_run(engine: Engine, open_page: Open) -> None:
    store_run(engine, measured(1))
    page = open_page("run", run="1")
    (bar,) = [one.proto.body for one in page.get("html") if 'alt="run 1: ' in one.proto.body]
    picture = base64.b64decode(bar.partition("base64,")[2].partition('"')[0])
    segments = ElementTree.fromstring(picture).findall("{http://www.w3.org/2000/svg}svg")
    assert sum(float(segment.attrib["width"].rstrip("%")) for segment in segments) == pytest.approx(100.0)
    (tree,) = [one.proto for one in page.get("bidi_component") if one.proto.component_name.endswith("flame")]
    drawn = json.loads(tree.json)
    assert drawn["name"][0] == "run" and drawn["fact"][0].startswith("total 4.00 s, 100% of the run")


def test_a_run_with_workers_says_that_its_seconds_are_worker_seconds(engine: Engine, open_page: Open) -> None:
    store_run(engine, measured(1, workers=3, wall_seconds=1.5))
    said = words(open_page("run", run="1"))
    assert "of the worker-seconds is overhead" in said
    assert "The whole is wall-clock x workers" in said


def test_a_log_whose_keys_hold_the_last_task_only_has_no_breakdown(engine: Engine, open_page: Open) -> None:
    last = PhaseTiming(path=("phase4",), total_seconds=0.1, self_seconds=0.1, basis="last_task")
    store_run(engine, record(phases=(last,), tasks=(), source="imported:run_batt"))
    page = open_page("run")
    assert "no phases whose seconds cover the whole run" in words(page)
    assert page.dataframe[0].value["path"].tolist() == ["phase4"]


def test_what_the_audit_found_is_on_the_first_screen_and_in_its_tab(engine: Engine, open_page: Open) -> None:
    store_run(engine, record(source="imported:run_batt"))
    said = words(open_page("run"))
    assert "The audit of this log found 1 warning" in said
    assert "\u201c2400 s\u201d" in said


def test_caches_say_what_was_really_saved_and_what_was_only_claimed(engine: Engine, open_page: Open) -> None:
    store_run(engine, measured(1))
    said = words(open_page("run", run="1", show="Caches"))
    assert "By the measured cost of a miss the caches saved **32.0 s**, most of it inlining" in said
    assert "**claims** 40 min saved" in said


def test_a_failed_task_is_shown_with_its_reason(engine: Engine, open_page: Open) -> None:
    killed = task(3, status="failed", reason="the worker did not come back within 30 s and was killed")
    store_run(engine, measured(1, tasks=(task(0), killed)))
    page = open_page("run", run="1", show="Tasks")
    assert "1 failed task" in words(page)
    assert any("was killed" in str(table.value.to_dict()) for table in page.dataframe)


def test_an_interrupted_run_says_so(engine: Engine, open_page: Open) -> None:
    store_run(engine, measured(1, status="interrupted"))
    assert "It was **interrupted**" in words(open_page("run"))


def test_a_profile_is_drawn_and_can_be_searched(engine: Engine, open_page: Open) -> None:
    run_id, _ = store_run(engine, measured(1, profiled=True))
    save_profile(engine, run_id, json.dumps(SESSION))
    page = open_page("run", run="1", show="Profile")
    assert "most own time: **score**, 75%" in words(page)
    assert "never used as evidence" in words(page)
    found = open_page("run", run="1", show="Profile", find="dsl.py")
    assert "1 frame found, 25% of the profile in their own code" in words(found)


def test_a_damaged_profile_is_said_and_the_page_stands(engine: Engine, open_page: Open) -> None:
    run_id, _ = store_run(engine, measured(1))
    save_profile(engine, run_id, "{}")
    assert "profile can not be read" in words(open_page("run", run="1", show="Profile"))


@pytest.mark.parametrize("form", exports.formats_of(has_profile=False))
def test_every_download_holds_the_run(engine: Engine, open_page: Open, form: str) -> None:
    store_run(engine, measured(1))
    open_page("run", run="1", show="Downloads")
    assert b"score" in exports.export(1, form)


def test_a_hostile_name_is_shown_as_it_is(engine: Engine, open_page: Open) -> None:
    store_run(engine, measured(1, label="**bold** <script>alert(1)</script> [x](http://evil.example)"))
    page = open_page("run")
    said = "\n".join(one.value for one in (*page.header, *page.markdown))
    assert "\\*\\*bold" in said
    assert "[x](" not in said
    assert "\\<script\\>" in said


def test_what_a_person_stated_is_marked(engine: Engine, open_page: Open) -> None:
    run_id, _ = store_run(engine, measured(1, environment=None))
    state_facts(engine, [run_id], {"machine": "Kaggle"}, "Ada")
    assert "Stated by a person: machine Kaggle (Ada, " in words(open_page("run", run="1"))


def test_the_next_step_is_a_comparison_with_the_newest_run_that_is_comparable(engine: Engine, open_page: Open) -> None:
    for number, changes in enumerate(({}, {"cache_state": "warm"}, {"profiled": True}, {})):
        store_run(engine, measured(number, **changes))
    links = {link.value for link in open_page("run", run="1").page_link}
    assert "Compare it with run 4" in links
    assert not any("Compare it" in link.value for link in open_page("run", run="2").page_link)
    assert not any("Compare it" in link.value for link in open_page("run", run="3").page_link)

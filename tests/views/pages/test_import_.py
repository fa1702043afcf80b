"""Import: what a file really says, then store or discard; the same file twice changes nothing."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from db import queries
from db.engine import open_engine
from profiles.exports import to_json
from services.problems import Problem
from tests.db.samples import record
from tests.profiles.importers.files import FIXTURES, fixture, needs_samples, sample
from tests.views.conftest import Open, tables, words
from tests.views.databases import measured
from views.actions import imports as actions
from views.data import imports as data

LOG = b"""run_batt.py:2230: -- 0a1b2c3d - 0 start --
run_batt.py:2230: -- 0a1b2c3d - 0 done - 96 candidates scored
run_batt.py:2300: -- Filtered to 32 unique candidates (from 96)
run_batt.py:2310: -- Phase 3a: Validated 32 solvers in 0.042s (parallelized)
1 tasks - 1 timeouts

=== Cache Statistics ===
Inlining Cache:
  Hits: 16000
  Misses: 0
  Total: 16000
  Hit Rate: 100.0%
  Cache Size: 120
  Time Saved: ~2400.00s

Timing summary (seconds):
  main.run_batt                         24.813
  run_batt.check_batt                   6.100
"""


@pytest.fixture
def engine(empty: str) -> Engine:
    return open_engine(empty)


Upload = Callable[..., AppTest]


@pytest.fixture
def upload(engine: Engine, open_page: Open) -> Upload:
    def uploaded(*files: tuple[str, bytes]) -> AppTest:
        page = open_page("import")
        for name, content in files:
            page.file_uploader[0].upload(name, content)
        return page.run()

    return uploaded


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def export(number: int = 1, **changes: object) -> bytes:
    return to_json(measured(number, **changes)).encode()


def test_without_a_file_the_page_says_what_can_come(engine: Engine, open_page: Open) -> None:
    page = open_page("import")
    assert "before anything is stored" in words(page)
    (formats,) = tables(page)
    assert "Kaggle kernel log" in formats["What can be imported"].tolist()


def test_a_log_is_shown_with_what_it_claims_and_nothing_is_stored(engine: Engine, upload: Upload) -> None:
    said = words(upload(("kernel.txt", LOG)))
    assert "1 file: 1 run found" in said
    assert "24.8 s" in said
    assert "can not be true" in said
    assert "2,400" in said
    assert queries.run_count(engine) == 0


def answer(page: AppTest, row: int = 0, /, **answers: str) -> AppTest:
    """Fills in a row of the table."""
    name = f"import.table.{page.session_state['import.filled']}"
    edits = dict(page.session_state[name]["edited_rows"]) if name in page.session_state else {}
    edits[row] = {**edits.get(row, {}), **answers}
    page.session_state[name] = {"edited_rows": edits, "added_rows": [], "deleted_rows": []}
    return page.run()


def test_storing_keeps_the_label_and_what_is_said(engine: Engine, upload: Upload) -> None:
    page = answer(upload(("kernel.txt", LOG)), label="before the wins", role="baseline", machine="Kaggle")
    page = press(page, "Store")
    kept = queries.runs(engine).iloc[0]
    assert (kept["label"], kept["config"], kept["tags"]) == ("before the wins", "none", "baseline")
    assert (kept["machine"], kept["stated"]) == ("Kaggle", "config, machine")
    assert "[run 1](run?run=1) stored: before the wins; stated: config none, machine Kaggle, role baseline" in words(
        page
    )
    assert "In the history as run 1" in [one.proto.label for one in page.get("page_link")]


def test_a_run_whose_wins_are_not_known_stays_unknown(engine: Engine, upload: Upload) -> None:
    press(upload(("kernel.txt", LOG)), "Store")
    kept = queries.run(engine, 1)
    assert kept.config is None
    assert any(finding.rule == "saved_more_than_spent" for finding in kept.findings)


def test_the_last_answers_are_proposed_again_but_for_a_runs_own(engine: Engine, upload: Upload) -> None:
    press(answer(upload(("kernel.txt", LOG)), role="baseline", machine="T4 x2", config="none"), "Store")
    row = upload(("other.log", LOG.replace(b"24.813", b"21.813"))).data_editor[0].value.iloc[0]
    assert (row["machine"], row["role"], row["config"], row["started_at"]) == ("T4 x2", "run", "", "")


def test_many_runs_are_one_table_filled_down_and_stored_at_once(engine: Engine, upload: Upload) -> None:
    logs = [(f"{at}.log", LOG.replace(b"24.813", b"2%d.813" % at)) for at in range(4)]
    page = answer(upload(*logs), 0, machine="Kaggle", cache_state="cold")
    page = answer(press(page, "Fill down"), 2, store=False)
    page = press(page, "Store 3")
    kept = queries.runs(engine)
    assert (len(kept), set(kept["machine"]), set(kept["cache_state"])) == (3, {"Kaggle"}, {"warm"})
    assert "3 runs stored. What next?" in words(page)


def test_a_bundles_journal_is_told_by_its_measurement(engine: Engine, upload: Upload) -> None:
    arms = [{"name": name, "config": "none"} for name in ("A", "B", "A2", "B2")]
    head = {"type": "header", "format": "quickwin-blocks", "version": 1, "key": "m", "spec": {"arms": arms}}
    runs = [
        {
            "type": "run",
            "block": 1,
            "attempt": 1,
            "arm": arm["name"],
            "position": at,
            "record": record(f"r{at}").to_json(),
        }
        for at, arm in enumerate(arms, 1)
    ]
    lines = [head, *runs, {"type": "block", "block": 1, "attempt": 1}]
    page = upload(("bundle.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines).encode()))
    page = press(page, "Store all 4")
    assert "measurement 1" in words(page) and "blocks from elsewhere" in words(page)
    assert len(queries.blocks(engine, 1)) == 4


def test_what_can_not_be_is_said_and_the_others_are_stored(engine: Engine, upload: Upload) -> None:
    page = upload(("one.log", LOG), ("two.log", LOG.replace(b"24.813", b"21.813")))
    page = press(answer(page, 0, config="nonsense"), "Store all 2")
    assert "one.log: no win is called nonsense" in words(page)
    assert queries.runs(engine)["label"].tolist() == ["two.log"]


def test_pasted_text_is_read_like_a_file(engine: Engine, open_page: Open) -> None:
    page = open_page("import")
    page.segmented_control(key="import.from").set_value("Pasted text").run()
    page = page.text_area[0].set_value(LOG.decode()).run()
    assert "24.8 s" in words(page)
    press(page, "Store")
    assert queries.runs(engine)["label"].tolist() == ["pasted text"]


def test_a_folder_can_be_dropped(engine: Engine, open_page: Open) -> None:
    page = open_page("import")
    page.segmented_control(key="import.from").set_value("Folder").run()
    assert "kaggle kernels output" in page.file_uploader[0].label


def test_the_same_file_again_says_that_it_is_there(engine: Engine, upload: Upload) -> None:
    press(upload(("kernel.txt", LOG)), "Store")
    page = upload(("another name.log", LOG))
    assert "In the history as run 1" in [one.proto.label for one in page.get("page_link")]
    assert "was there already, nothing added: kernel.txt" in words(press(page, "Store"))
    assert queries.run_count(engine) == 1


def test_a_file_that_nobody_can_read_is_refused_with_its_reason_and_the_others_are_read(upload: Upload) -> None:
    page = upload(("rubbish.bin", bytes(range(256))), ("run.json", export()))
    assert "rubbish.bin is refused:" in page.error[0].value.replace("\\", "")
    assert "UnknownLogFormat" not in page.error[0].value
    assert "2 files: 1 run found**, 1 refused" in words(page)


def test_what_a_hostile_file_is_called_is_shown_as_it_is(upload: Upload) -> None:
    page = upload(("**x** [y](http://evil.example).log", b"\x00\x01"))
    assert "[y](" not in page.error[0].value


def test_runs_with_hostile_keys_and_labels_have_a_form_each(upload: Upload) -> None:
    keys = ["imported:" + "a" * 12 + "1", "imported:" + "a" * 12 + "2", "<b>: x", " ", ":"]
    runs = [measured(1, label="=1" + "x" * 400).replace(key=key) for key in keys]
    page = upload(*((f"{at}.json", to_json(run).encode()) for at, run in enumerate(runs)))
    assert not page.exception
    assert len(page.data_editor[0].value) == len(keys)


def test_a_run_of_our_own_is_not_asked_for_its_wins(upload: Upload) -> None:
    page = upload(("run.json", export()))
    assert "config" not in page.data_editor[0].proto.column_order
    assert "Store" in [button.label for button in page.button]


def test_an_export_comes_back_as_it_was(engine: Engine, upload: Upload) -> None:
    press(upload(("run.json", export())), "Store")
    assert queries.run(engine, 1).phases == measured(1).phases


@pytest.mark.parametrize("label", ["", "   "])
def test_a_label_is_needed(engine: Engine, label: str) -> None:
    found = data.load(data.read([("run.json", export())], lambda *_: None))
    with pytest.raises(Problem, match="label"):
        actions.store(found.runs[0], label, {})


def test_the_preview_survives_being_kept_as_text(engine: Engine) -> None:
    text = data.read([("run.json", to_json(record()).encode())], lambda *_: None)
    assert data.load(text).records[0].tasks == record().tasks


@needs_samples
def test_a_real_log_with_its_timing_lines_becomes_one_run(upload: Upload) -> None:
    page = upload(sample("run_100_cold.log"), sample("run_100_cold.timing_stats.jsonl"))
    assert "2 files: 1 run found" in words(page)


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir()))
def test_every_kind_of_log_has_a_preview(name: str, upload: Upload) -> None:
    page = upload((name, fixture(name)))
    assert not page.exception
    assert "found" in words(page)

from db import queries, store
from db.engine import open_engine
from optim.plan.tracker import parse
from services.project import current_project
from tests.views.conftest import Open
from views.actions.documents import write_results
from views.data import documents
from views.data.connection import forget


def test_the_tracker_is_in_the_user_s_own_format_and_filled_from_the_evidence(full: str) -> None:
    text = documents.tracker()
    read = parse(text)
    assert [win.number for win in read.wins] == [win.number for win in current_project().wins]
    assert "measurement 1" in text


def test_what_an_imported_tracker_holds_is_in_the_one_that_goes_out(full: str) -> None:
    theirs = documents.tracker().replace("## Notes\n", "## Notes\n\n- the cache was cold that day\n", 1)
    store.save_document(open_engine(full), "tracker", "mine.md", theirs)
    forget()
    assert "the cache was cold that day" in documents.tracker()


def test_the_results_are_written_down_and_the_checklist_knows_it(full: str) -> None:
    text = write_results()
    assert "measurement 1" in text and "## Attribution" in text
    assert queries.document(open_engine(full), "report", "PHASE4_RESULTS.md") == text
    assert "\u2705 Document in PHASE4\\_RESULTS.md" in text or "\u2705 Document in PHASE4_RESULTS.md" in text


def test_the_report_carries_its_charts_and_asks_for_nothing_from_outside(full: str) -> None:
    page = documents.page()
    assert page.startswith("<!DOCTYPE html>")
    assert "Content-Security-Policy" in page and page.count("<svg ") >= 3 and "<script" not in page


def test_documents_of_an_empty_database_say_that_nothing_is_measured(empty: str) -> None:
    assert "(pending)" in documents.tracker()
    assert "not measured" in documents.results()


def test_progress_offers_every_document(full: str, open_page: Open) -> None:
    page = open_page("progress")
    labels = [one.label for one in page.container(key="progress.documents").get("download_button")]
    assert labels == ["Tracker (Markdown)", "Results (Markdown)", "Report (HTML, with charts)"]

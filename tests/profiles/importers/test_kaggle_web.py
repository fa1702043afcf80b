"""Text pasted from Kaggle's web page."""

from tests.profiles.importers.files import fixture, form_of, read

WEB = fixture("kaggle_web.txt").decode()


def test_lines_that_wrapped_belong_to_the_moment_before():
    wrapped = WEB.replace("s\t20\t", "s\t20\tan output\nthat wrapped\n", 1)
    assert read(("x", wrapped.encode())).records[0].wall_seconds == 24.5


def test_blanks_instead_of_tabs_are_read_too():
    blanks = WEB.replace("\t", " ")
    assert form_of(blanks.encode()) == "kaggle-web"
    assert read(("x", blanks.encode())).records[0].counts["tasks.seen"] == 3


def test_lines_are_numbered_by_the_file_not_by_the_page():
    text = "\n".join(WEB.split("\n")[5:])
    finding = next(one for one in read(("x", text.encode())).records[0].findings if one.rule == "saved_more_than_spent")
    assert "Time Saved" in text.split("\n")[finding.line - 1]

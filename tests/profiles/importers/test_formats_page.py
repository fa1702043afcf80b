"""docs/formats.md says what each importer reads and loses, and its examples are read by them."""

import re
from pathlib import Path

import pytest

from profiles.importers import all_importers
from tests.profiles.importers.files import form_of, read

PAGE = (Path(__file__).parents[3] / "docs/formats.md").read_text()
SECTIONS = {part.split("\n", 1)[0].strip(): part for part in re.split(r"^## ", PAGE, flags=re.M)[1:]}
#: Formats whose files are no text.
WITHOUT_EXAMPLE = {one.name for one in all_importers() if one.binary}


def test_the_page_has_a_section_for_each_importer_and_no_other():
    assert list(SECTIONS) and set(SECTIONS) == {one.title for one in all_importers()}


@pytest.mark.parametrize("importer", all_importers(), ids=lambda one: one.name)
def test_a_section_says_what_its_importer_says_and_what_is_read_and_lost(importer):
    section = SECTIONS[importer.title]
    assert importer.description in section and f"`imported:{importer.name}`" in section
    assert re.search(r"^Read: .{10,}", section, re.M) and re.search(r"^Lost: .{5,}", section, re.M)


@pytest.mark.parametrize(
    "importer", [one for one in all_importers() if one.name not in WITHOUT_EXAMPLE], ids=lambda one: one.name
)
def test_an_example_of_the_page_is_read_by_its_importer(importer):
    example = SECTIONS[importer.title].split("```\n")[1]
    assert form_of(example.encode()) == importer.name
    preview = read(("example", example.encode()))
    assert preview.records and not preview.files[0].refused
    assert all(run.source == f"imported:{importer.name}" for run in preview.records)

"""What is loaded is not searched for garbage after each drawing."""

import gc

from tests.views.conftest import Open
from views import leftovers


def test_a_page_that_was_drawn_before_leaves_little_to_search(full: str, open_page: Open) -> None:
    gc.unfreeze()
    leftovers._set_aside.clear()  # another test's page may have set aside as much
    for _ in range(2):
        open_page("runs")
    assert len(gc.get_objects()) < gc.get_freeze_count() / 4

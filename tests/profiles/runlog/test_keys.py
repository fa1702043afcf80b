"""The table of keys: it is a tree, and it says of each key what it is."""

import pytest

from profiles.records import BASES, CATEGORIES
from profiles.runlog.keys import ALIASES, KEYS, WHOLE, canonical, key

SUMS = ("run_batt.check_batt", "run_batt.generate_expanded", "batt.result.union", "batt.score.update")
LAST = ("batt.demo.parallel", "batt.aggregation.total", "batt.score.consolidate", "run_batt.phase1_filter")


@pytest.mark.parametrize("one", KEYS.values(), ids=lambda one: one.name)
def test_a_key_has_a_place_a_basis_and_a_category(one):
    assert one.basis in BASES and one.category in CATEGORIES
    assert all(any(other.path == one.path[:end] for other in KEYS.values()) for end in range(1, len(one.path)))


def test_only_the_two_names_of_one_key_share_a_place():
    shared = [one.name for one in KEYS.values() if sum(other.path == one.path for other in KEYS.values()) > 1]
    assert shared == ["run_batt.check_solver", "run_batt.check_solver_speed"]


@pytest.mark.parametrize(
    ("name", "basis", "path"),
    [
        *((name, "sum", None) for name in SUMS),
        *((name, "last_task", None) for name in LAST),
        ("run_batt.phase3b_new_thing", "last_task", ("phase3b_file_ops", "new_thing")),
        ("run_batt.phase7", "last_task", ("phase7",)),
        ("expand_solver.new", "sum", ("phase3b_file_ops", "generate_expanded", "new")),
        ("utils.inline_variables.new", "workers", ("inline_variables", "new")),
        ("run_batt.inline_error.SyntaxError", "count", ("inline_errors", "SyntaxError")),
        ("run_batt.inline_timeouts", "count", None),
    ],
)
def test_a_key_is_known_for_what_it_is(name, basis, path):
    found = key(name, 100)
    assert found.basis == basis
    assert path is None or found.path == path


@pytest.mark.parametrize(
    "name", ["total", "os.system", "batt..x", "batt.", "main", "x.run_batt", "", "batt." + "x" * 99]
)
def test_what_is_no_key_is_none(name):
    assert canonical(name) is None


def test_aliases_lead_to_keys():
    assert {canonical(name) for name in ALIASES} <= set(KEYS)
    assert canonical(WHOLE) == WHOLE

"""Writes. Each function is one short transaction of its own, and raises DatabaseProblem where the database refuses."""

from db.models import UNDER_WAY
from db.problems import DatabaseProblem, NotOwner, UnknownRow
from db.store.decisions import DECISIONS, Decision, DecisionConflict, decide
from db.store.documents import delete_document, save_document
from db.store.edits import (
    delete_runs,
    discard_run,
    note_run,
    purge_deleted,
    rename_run,
    save_profile,
    tag_run,
    undelete_runs,
    untag_run,
)
from db.store.facts import state_facts
from db.store.measurements import (
    MEASUREMENT_STATUSES,
    add_attempt,
    add_block_run,
    add_blocks,
    begin_measurement,
    mark_stopping,
    take_measurement,
    update_measurement,
)
from db.store.moving import Moved, NotTheSame, copy_measurement, copy_run, hide_moved, whole_measurements
from db.store.runs import Imported, add_task, add_tasks, begin_run, finish_run, import_run, mark_interrupted, store_run
from db.store.tracking import TrackedEdit, track

__all__ = [
    "DECISIONS",
    "MEASUREMENT_STATUSES",
    "UNDER_WAY",
    "DatabaseProblem",
    "Decision",
    "DecisionConflict",
    "Imported",
    "Moved",
    "NotOwner",
    "NotTheSame",
    "TrackedEdit",
    "UnknownRow",
    "add_attempt",
    "add_block_run",
    "add_blocks",
    "add_task",
    "add_tasks",
    "begin_measurement",
    "begin_run",
    "copy_measurement",
    "copy_run",
    "decide",
    "delete_document",
    "delete_runs",
    "discard_run",
    "finish_run",
    "hide_moved",
    "import_run",
    "mark_interrupted",
    "mark_stopping",
    "note_run",
    "purge_deleted",
    "rename_run",
    "save_document",
    "save_profile",
    "state_facts",
    "store_run",
    "tag_run",
    "take_measurement",
    "track",
    "undelete_runs",
    "untag_run",
    "update_measurement",
    "whole_measurements",
]

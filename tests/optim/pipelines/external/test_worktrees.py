"""Wins that are a branch, and arms that differ in a ref alone: measured in worktrees that are made alike."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from optim.pipelines.external.pipeline import CommandPipeline, put_back
from optim.pipelines.external.places import is_locked
from optim.pipelines.external.switching import Toggle
from optim.pipelines.external.worktrees import Code, Repository
from optim.pipelines.protocol import RunProblem, Target
from optim.project.command import Answers, Caches, Switch
from tests.optim.pipelines.external.projects import git, job, project

NONE: frozenset[str] = frozenset()
SCRIPT = "import code_a, code_b, os, pathlib; print(code_a.A, code_b.B, os.getcwd(), pathlib.Path('in.csv').exists())\n"


@pytest.fixture(params=["plain", "mit Ümlaut und Leerzeichen"])
def repository(tmp_path: Path, request: pytest.FixtureRequest, made: Path) -> Path:
    """A repository of the test's own."""
    return Path(shutil.copytree(made, tmp_path / request.param))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """main: A=1, B=1; topic: A=2; other: B=2; clash: A=3."""
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "-q", "-b", "main")
    (folder / "job.py").write_text(SCRIPT)
    (folder / "code_b.py").write_text("B = 1\n")
    (folder / "code_a.py").write_text("A = 1\n")
    (folder / ".gitignore").write_text("in.csv\n__pycache__\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "begin")
    for branch, name, text in (
        ("topic", "code_a", "A = 2\n"),
        ("other", "code_b", "B = 2\n"),
        ("clash", "code_a", "A = 3\n"),
    ):
        git(folder, "checkout", "-qb", branch, "main")
        (folder / f"{name}.py").write_text(text)
        git(folder, "commit", "-qam", branch)
    git(folder, "checkout", "-q", "main")
    (folder / "in.csv").write_text("data")
    return folder


def pipeline_of(folder: Path, **fields) -> CommandPipeline:
    toggles = {name: Toggle(on=Switch(ref=name)) for name in ("topic", "other", "clash")}
    defaults = {"command": "{python} job.py", "parameters": {}, "inputs": ("in.csv",)}
    return project(folder, SCRIPT, toggles, **{**defaults, **fields})


def outputs(pipeline, tmp_path, *configs, **more) -> list[list[str]]:
    work = job(tmp_path, *configs, **more)
    with pipeline.session(work) as session:
        return [session.seen(target, "run").execution.stdout.kept.decode().split(" ", 2) for target in work.targets]


def test_refs_are_merged_into_worktrees_at_paths_of_equal_length(repository, tmp_path):
    configs = (NONE, frozenset({"topic"}), frozenset({"topic", "other"}))
    runs = outputs(pipeline_of(repository), tmp_path, *configs)
    assert [run[:2] for run in runs] == [["1", "1"], ["2", "1"], ["2", "2"]]
    folders = [run[2].rsplit(" ", 1) for run in runs]
    assert len({len(folder) for folder, _ in folders}) == 1
    assert {there.strip() for _, there in folders} == {"True"}
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "worktree", "list").count("\n") == 0
    assert not (repository / ".quickwin/trees").exists()


def test_the_commit_of_an_arm_is_that_of_its_worktree(repository, tmp_path):
    work = job(tmp_path, NONE, frozenset({"topic"}))
    with pipeline_of(repository).session(work) as session:
        records = [session.run(target, "run").record for target in work.targets]
    assert records[0].environment.git_commit == git(repository, "rev-parse", "main")
    assert len({record.environment.git_commit for record in records}) == 2
    assert {record.environment.git_dirty for record in records} == {False}
    assert len({record.workload.fingerprint for record in records}) == 1


def test_a_conflict_of_two_wins_names_both_and_the_file(repository, tmp_path):
    with pytest.raises(RunProblem, match=r"^clash and topic conflict in code_a.py, so they can not be merged: rebase"):
        outputs(pipeline_of(repository), tmp_path, frozenset({"other", "topic", "clash"}))
    assert git(repository, "worktree", "list").count("\n") == 0


def test_a_conflict_with_uncommitted_work_names_the_branch_that_one_is_on(repository, tmp_path):
    (repository / "code_a.py").write_text("A = 9\n")
    said = r"^topic and the working folder \(branch main\) with its uncommitted work conflict in code_a.py"
    with pytest.raises(RunProblem, match=said):
        outputs(pipeline_of(repository), tmp_path, frozenset({"topic"}))
    git(repository, "commit", "-qam", "nine")
    with pytest.raises(RunProblem, match=r"^topic and the working folder \(branch main\) conflict in code_a.py"):
        outputs(pipeline_of(repository), tmp_path, frozenset({"topic"}))


def test_arms_may_differ_in_a_ref_alone_uncommitted_work_included(repository, tmp_path):
    (repository / "code_a.py").write_text("A = 9\n")
    (repository / "code_b.py").write_text("from code_new import B\n")
    (repository / "code_new.py").write_text("B = 7\n")
    runs = outputs(pipeline_of(repository), tmp_path, refs=("main", "topic", "."))
    assert [run[:2] for run in runs] == [["1", "1"], ["2", "1"], ["9", "7"]]
    assert git(repository, "status", "--porcelain") == "M code_a.py\n M code_b.py\n?? code_new.py"


def test_inputs_answers_and_caches_are_no_code(repository, tmp_path):
    (repository / ".gitignore").write_text("__pycache__\n")
    git(repository, "commit", "-qam", "ignore less")
    (repository / "out").mkdir()
    (repository / "out/answer.txt").write_text("old")
    (repository / ".cache").mkdir()
    (repository / ".cache/kept").write_text("old")
    pipeline = pipeline_of(repository, answers=Answers(files=("out/*",)), caches=Caches(paths=(".cache",)))
    work = job(tmp_path, refs=(".", "main"))
    with pipeline.session(work) as session:
        folders = [session._place(target) for target in work.targets]
        assert [(folder / "out").exists() or (folder / ".cache").exists() for folder in folders] == [False, False]
        assert {(folder / "in.csv").is_symlink() for folder in folders} == {True}
    assert (repository / ".cache/kept").read_text() == "old"


def test_a_ref_that_is_not_known_is_a_sentence(repository, tmp_path):
    with pytest.raises(RunProblem, match="git knows no branch, tag or commit called 'nowhere'"):
        outputs(pipeline_of(repository), tmp_path, refs=("main", "nowhere"))


def test_a_folder_without_git_is_a_sentence(tmp_path):
    (tmp_path / "p").mkdir()
    with pytest.raises(RunProblem, match="is in no git repository"):
        outputs(pipeline_of(tmp_path / "p"), tmp_path, refs=("main",))


def test_a_project_in_a_folder_below_the_top_runs_there(repository, tmp_path):
    below = repository / "part"
    below.mkdir()
    for name in ("code_a.py", "code_b.py"):
        (below / name).write_text((repository / name).read_text().replace("1", "5"))
    (below / "job.py").write_text(SCRIPT)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "below")
    assert outputs(pipeline_of(below, inputs=()), tmp_path, refs=("main",))[0][:2] == ["5", "5"]


def test_warm_caches_are_each_arm_s_own_in_its_worktree(repository, tmp_path):
    (repository / "job.py").write_text(SCRIPT)
    script = "import pathlib, code_a; p = pathlib.Path('.cache'); "
    script += "print(p.exists(), p.exists() and p.read_text()); p.write_text(str(code_a.A))"
    (repository / "job.py").write_text(script)
    git(repository, "commit", "-qam", "with a cache")
    pipeline = pipeline_of(repository, caches=Caches(paths=(".cache",)))
    (repository / "job.py").write_text(script)
    runs = outputs(pipeline, tmp_path, NONE, frozenset({"topic"}), state="warm")
    assert runs == [["True", "1\n"], ["True", "2\n"]]


def test_worktrees_of_a_killed_process_are_pruned(repository, tmp_path):
    pipeline = pipeline_of(repository)
    pid = os.fork()
    if pid == 0:
        with pipeline.session(job(tmp_path, NONE, frozenset({"topic"}))):
            time.sleep(60)
        os._exit(0)
    for _ in range(400):
        if (repository / ".quickwin/trees/001").is_dir():
            break
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    end = time.monotonic() + 10  # what it had started ends with it, and holds the folder until then
    while is_locked(repository) and time.monotonic() < end:
        time.sleep(0.01)
    assert put_back(repository, pipeline.command)
    assert git(repository, "worktree", "list").count("\n") == 0
    assert not (repository / ".quickwin/trees").exists()


def test_a_snapshot_of_an_unchanged_folder_is_its_commit(repository):
    found = Repository(repository)
    assert found.commit(".") == git(repository, "rev-parse", "HEAD")
    with found.trees([Code(), Code()], []) as trees:
        assert len(trees) == 1


def test_targets_name_what_an_arm_runs():
    assert Target(config=NONE) != Target(config=NONE, ref="main")

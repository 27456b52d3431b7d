import subprocess
import sys

import pytest

from training.export.directory_swap import swap_directory

# Dies as a killed export does, in the middle of writing.
KILLED = """
import os, signal, sys
from pathlib import Path
from training.export.directory_swap import swap_directory
with swap_directory(Path(sys.argv[1])) as draft:
    (draft / "half.txt").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def target(tmp_path):
    directory = tmp_path / "bundles" / "one"
    directory.mkdir(parents=True)
    (directory / "old.txt").write_text("old")
    return directory


def contents(directory):
    return {path.name: path.read_text() for path in directory.iterdir()}


def test_the_new_directory_replaces_all_of_the_old_one(target):
    with swap_directory(target) as draft:
        (draft / "new.txt").write_text("new")
        assert contents(target) == {"old.txt": "old"}
    assert contents(target) == {"new.txt": "new"}
    assert [path.name for path in target.parent.iterdir()] == ["one"]
    assert target.stat().st_mode & 0o777 == 0o755


def test_a_missing_directory_is_created_with_its_parents(tmp_path):
    with swap_directory(tmp_path / "a" / "b") as draft:
        (draft / "new.txt").write_text("new")
    assert contents(tmp_path / "a" / "b") == {"new.txt": "new"}


def test_an_error_leaves_the_old_directory_and_nothing_beside_it(target):
    with pytest.raises(ValueError, match="stop"), swap_directory(target) as draft:
        (draft / "half.txt").write_text("half")
        raise ValueError("stop")
    assert contents(target) == {"old.txt": "old"}
    assert [path.name for path in target.parent.iterdir()] == ["one"]


def test_a_killed_process_leaves_the_old_directory(target):
    ended = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    assert ended.returncode == -9
    assert contents(target) == {"old.txt": "old"}


def test_a_symbolic_link_still_points_to_the_new_directory(target, tmp_path):
    (tmp_path / "link").symlink_to(target)
    with swap_directory(tmp_path / "link") as draft:
        (draft / "new.txt").write_text("new")
    assert contents(tmp_path / "link") == {"new.txt": "new"}
    assert (tmp_path / "link").is_symlink()

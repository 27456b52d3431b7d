"""The script that retraces the default model, with a recorder in place of Python."""

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.interfaces import ROOT

HEADER = "file\tseconds\tspeaker\tcorpus\ttext\n"


def write_downloads(folder: Path, name: str, speakers: int) -> None:
    (folder / name).mkdir(parents=True)
    rows = [f"{n}.flac\t1.0\ts{n}\tls\tword {n}\n" for n in range(speakers)]
    (folder / name / "manifest.tsv").write_text(HEADER + "".join(rows))


@pytest.fixture
def commands(tmp_path: Path) -> list[str]:
    """Commands of training that the script runs, without `python -m training`."""
    data, log = tmp_path / "data", tmp_path / "log"
    for name in ("train-clean-5", "dev-clean-2"):
        write_downloads(data / "downloads", f"mini-librispeech-{name}", 14)
    write_downloads(data / "downloads", "librispeech-test-clean", 2)
    recorder = tmp_path / "python"
    recorder.write_text(f'#!/bin/sh\nshift 2\necho "$@" >> {log}\n')
    recorder.chmod(0o755)
    subprocess.run(
        [ROOT / "scripts/train/reproduce", data, tmp_path / "bundle"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(recorder)},
        cwd=ROOT,
        check=True,
    )
    return log.read_text().splitlines()


def test_every_step_from_download_to_language_model_runs_in_order(commands: list[str]) -> None:
    names = [line.split()[0] for line in commands]
    assert names == [
        "download", "synthesize", "synthesize", "train", "train", "train",
        "export", "language-model", "add-language-model",
    ]  # fmt: skip


def test_recipes_that_it_trains_start_from_one_another(commands: list[str]) -> None:
    recipes = [Path(line.split()[1]) for line in commands if line.startswith("train ")]
    parents = [ROOT / recipe for recipe in recipes]
    for earlier, later in pairwise(parents):
        assert f"init_from: {earlier.stem}" in later.read_text()


def test_downloaded_speakers_are_split_among_the_training_sets(
    commands: list[str], tmp_path: Path
) -> None:
    speakers: list[set[str]] = []
    for part in range(7):
        header, *rows = (
            (tmp_path / f"data/sentences-train-{part}/manifest.tsv").read_text().splitlines()
        )
        assert header + "\n" == HEADER
        speakers.append({row.split("\t")[2] for row in rows})
        assert all(Path(row.split("\t")[0]).is_absolute() for row in rows)
    assert sum(map(len, speakers)) == len(set().union(*speakers)) == 14

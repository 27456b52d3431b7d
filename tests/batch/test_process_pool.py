"""Batch transcription of a folder by parallel processes; each run is a process of its own."""

import os
import signal
import subprocess
import sys

import pytest

from asr.settings import Settings
from batch import __main__, object_keys, process_pool
from batch.process_pool import RunConfig, exclusive_run
from batch.worker import Worker
from tests.support import toy_model
from tests.support.batch_stores import document
from tests.support.waiting import wait_until

COMMAND = [sys.executable, "-W", "ignore", "-m", "batch"]
# The command, with named pipes listed as audio: reading one blocks a worker.
BLOCKING = """
import runpy
from asr.audio import file_types
file_types.is_audio_file = lambda path: path.suffix == ".wav"
runpy.run_module("batch", run_name="__main__")
"""


@pytest.fixture
def command(folder_place, toy_bundle):
    """Command line of a run as a process of its own."""
    options = ["--out", folder_place.out, "--bundle", toy_bundle, "--processes", "2"]
    return [*COMMAND, str(folder_place.folder), *map(str, options)]


@pytest.fixture
def blocking_command(command):
    """`command` that takes named pipes as audio files."""
    return [*COMMAND[:-2], "-c", BLOCKING, *command[len(COMMAND) :]]


@pytest.fixture
def run_here(folder_place, toy_bundle, monkeypatch, capsys):
    """`run_here(*options)` runs the command with one worker process; returns status and output."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def run(*options):
        arguments = [folder_place.folder, "--out", folder_place.out, "--bundle", toy_bundle]
        status = __main__.main([*map(str, arguments), "--processes", "1", *options])
        return status, capsys.readouterr()

    return run


def test_a_folder_is_transcribed_and_skipped_by_the_next_run(folder_place, command, run_here):
    (folder_place.folder / "sub").mkdir()
    folder_place.put("sub/a b+c é.wav", toy_model.text_wav("hello"))
    folder_place.put("bad.wav", b"not audio")
    folder_place.put("notes.txt", b"not audio by its name")
    run = subprocess.run(
        [*command, "--formats", "text"], capture_output=True, text=True, check=True
    )
    assert run.stdout == "1 rejected, 1 transcribed\n"
    assert "bad.wav: rejected: The bytes are not audio" in run.stderr
    written = {"sub/a b+c é.wav.json", "sub/a b+c é.wav.txt", "bad.wav.error.json"}
    assert folder_place.names() == written
    assert document(folder_place, "sub/a b+c é.wav.json")["transcript"] == "hello"
    status, printed = run_here()
    assert (status, printed.out) == (0, "2 up to date\n")


def test_a_killed_run_leaves_no_processes_and_can_be_resumed(
    folder_place, blocking_command, run_here
):
    for number in range(3):
        folder_place.put(f"{number}.wav", toy_model.text_wav("hello"))
    os.mkfifo(folder_place.folder / "9.wav")  # reading it blocks
    with subprocess.Popen(blocking_command, start_new_session=True) as run:
        wait_until(lambda: len(folder_place.names()) == 4)  # three results, a lease
        run.kill()
    wait_until(lambda: not is_running(run.pid))
    (folder_place.folder / "9.wav").unlink()
    folder_place.put("9.wav", toy_model.text_wav("there"))
    status, printed = run_here()
    assert (status, printed.out) == (0, "1 transcribed, 3 up to date\n")
    assert document(folder_place, "9.wav.json")["transcript"] == "there"


def is_running(session):
    """Whether a process of a session is still running."""
    listed = subprocess.run(
        ["ps", "-s", str(session), "-o", "stat="], capture_output=True, text=True, check=False
    )
    return any(not state.startswith("Z") for state in listed.stdout.split())


@pytest.fixture
def interruptible():
    """Let child processes receive SIGINT, which is ignored in a background job."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupted_run_exits_immediately(folder_place, blocking_command, interruptible):
    folder_place.put("1.wav", toy_model.text_wav("hello"))
    os.mkfifo(folder_place.folder / "9.wav")
    with subprocess.Popen(blocking_command, start_new_session=True, stderr=subprocess.PIPE) as run:
        # One process is blocked by the pipe, the other is idle.
        wait_until(lambda: folder_place.names() == {"1.wav.json", object_keys.lease_key("9.wav")})
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(timeout=30) == 130
        assert run.stderr is not None
        assert b"Traceback" not in run.stderr.read()


def test_an_interrupt_while_processes_start_prints_no_traceback(
    folder_place, blocking_command, interruptible
):
    for name in ("1.wav", "2.wav"):
        os.mkfifo(folder_place.folder / name)
    with subprocess.Popen(blocking_command, start_new_session=True, stderr=subprocess.PIPE) as run:
        started = ["pgrep", "--parent", str(run.pid), "--full", "spawn_main"]
        wait_until(
            lambda: (
                subprocess.run(started, capture_output=True, check=False).stdout.count(b"\n") == 2
            ),
            interval=0.01,
        )
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(timeout=30) == 130
        assert run.stderr is not None
        assert b"Traceback" not in run.stderr.read()


def test_a_failed_file_makes_the_exit_status_1(folder_place, run_here):
    folder_place.put("a.wav", toy_model.text_wav("hello"))
    folder_place.outputs().put("a.wav.json", b"{}", "", None)
    status, printed = run_here()
    assert (status, printed.out) == (1, "1 failed\n")
    assert "a.wav: failed: a.wav.json exists and is not an output" in printed.err


def test_a_folder_without_audio_is_an_error(folder_place, capsys):
    assert __main__.main([str(folder_place.folder), "--out", str(folder_place.out)]) == 1
    assert "no audio files" in capsys.readouterr().err


def test_a_missing_folder_is_rejected(tmp_path, capsys):
    with pytest.raises(SystemExit):
        __main__.main([str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")])
    assert "nowhere is not a folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_subfolders_may_have_the_names_of_state_files(folder_place, run_here):
    keys = [f"{name}/a.wav" for name in ("part", "run", "lock", "b.wav.json", ".leases")]
    for key in keys:
        (folder_place.folder / key).parent.mkdir()
        folder_place.put(key, toy_model.text_wav("hello"))
    status, printed = run_here()
    assert (status, printed.out) == (0, "5 transcribed\n")
    assert folder_place.names() == {f"{key}.json" for key in keys}


def test_a_file_name_that_is_not_utf_8_is_processed(folder_place, run_here):
    name = os.fsdecode(b"caf\xe9.wav")
    folder_place.put(name, toy_model.text_wav("hello"))
    assert run_here()[1].out == "1 transcribed\n"
    assert document(folder_place, f"{name}.json")["source"]["key"] == name
    assert run_here()[1].out == "1 up to date\n"


def crash_at_deadly(config, key):
    """Replacement of `process_file` that kills its process for some files."""
    if "deadly" in key:
        os.kill(os.getpid(), signal.SIGKILL)
    return "transcribed", ""


def test_a_file_that_crashes_its_process_does_not_affect_the_others(
    folder_place, monkeypatch, capsys
):
    names = ["a", "b deadly", "c", "d deadly"]
    config = RunConfig(folder_place.folder, folder_place.out, Settings())
    monkeypatch.setattr(process_pool, "process_file", crash_at_deadly)
    counts = process_pool.process_files(config, names, processes=2)
    assert counts == {"transcribed": 2, "failed": 2}
    err = capsys.readouterr().err
    assert "b deadly: failed: the worker process died" in err
    assert "d deadly: failed" in err


def test_a_second_run_with_the_same_output_folder_is_rejected(folder_place, capsys):
    folder_place.put("a.wav", toy_model.text_wav("hello"))
    with exclusive_run(folder_place.out):
        assert __main__.main([str(folder_place.folder), "--out", str(folder_place.out)]) == 1
    assert "another run is writing to" in capsys.readouterr().err


def test_leases_of_a_killed_run_are_deleted(folder_place):
    store = folder_place.outputs()
    store.put(".leases/sub/a.wav.lease", b"{}", "", None)
    with exclusive_run(folder_place.out):
        assert store.get(".leases/sub/a.wav.lease") is None


def test_a_process_reuses_its_worker(folder_place, toy_bundle):
    config = RunConfig(folder_place.folder, folder_place.out, Settings(model_uri=str(toy_bundle)))
    folder_place.put("a.wav", toy_model.text_wav("hello"))
    assert process_pool.process_file(config, "a.wav") == ("transcribed", "")
    worker = process_pool._worker(config)
    assert isinstance(worker, Worker)
    assert process_pool.process_file(config, "a.wav") == ("up_to_date", "")
    assert process_pool._worker(config) is worker


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (["--processes", "0"], "--processes"),
        (["--formats", "srt,docx"], "'docx'"),
        (["--out", "notes.txt"], "is not a folder"),
    ],
)
def test_invalid_arguments_are_rejected_before_any_work(
    folder_place, capsys, tmp_path, monkeypatch, wrong, named
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("not a folder")
    folder_place.put("a.wav", toy_model.text_wav("hello"))
    with pytest.raises(SystemExit) as ended:
        __main__.main([str(folder_place.folder), "--out", str(folder_place.out), *wrong])
    assert ended.value.code == 2
    assert named in capsys.readouterr().err
    assert not list(folder_place.out.glob("*.json"))

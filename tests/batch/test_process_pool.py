"""A folder, answered by parallel processes; each run is a process, as for its user."""

import os
import signal
import subprocess
import sys
import time

import pytest

from asr.settings import Settings
from batch import __main__, object_keys, process_pool
from batch.process_pool import Run, alone
from batch.worker import Worker
from tests.support import toy_model
from tests.support.batch_stores import document

COMMAND = [sys.executable, "-W", "ignore", "-m", "batch"]


@pytest.fixture
def command(folder_place, toy_bundle):
    options = ["--out", folder_place.out, "--bundle", toy_bundle, "--processes", "2"]
    return [*COMMAND, str(folder_place.folder), *map(str, options)]


def test_a_folder_is_transcribed_and_the_next_run_passes_it_over(folder_place, command):
    (folder_place.folder / "sub").mkdir()
    folder_place.put("sub/a b+c é.wav", toy_model.wav("hello"))
    folder_place.put("bad.wav", b"not audio")
    folder_place.put("notes.txt", b"no audio by its name")
    run = subprocess.run(
        [*command, "--formats", "text"], capture_output=True, text=True, check=True
    )
    assert run.stdout == "1 refused, 1 transcribed\n"
    assert "bad.wav: refused: The bytes are no audio" in run.stderr
    written = {"sub/a b+c é.wav.json", "sub/a b+c é.wav.txt", "bad.wav.error.json"}
    assert folder_place.names() == written
    assert document(folder_place, "sub/a b+c é.wav.json")["transcript"] == "hello"
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert again.stdout == "2 up to date\n"


def test_a_killed_run_leaves_no_process_and_the_next_one_goes_on(folder_place, command):
    for number in range(3):
        folder_place.put(f"{number}.wav", toy_model.wav("hello"))
    os.mkfifo(folder_place.folder / "9.wav")  # whoever reads it waits for ever
    with subprocess.Popen(command, start_new_session=True) as run:
        wait_until(lambda: len(folder_place.names()) == 4)  # three results, a lease
        run.kill()
    wait_until(lambda: not is_running(run.pid))
    (folder_place.folder / "9.wav").unlink()
    folder_place.put("9.wav", toy_model.wav("there"))
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert again.stdout == "1 transcribed, 3 up to date\n"
    assert document(folder_place, "9.wav.json")["transcript"] == "there"


def wait_until(true, pause=0.1):
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(pause)


def is_running(session):
    """Whether a process of a session still runs."""
    listed = subprocess.run(
        ["ps", "-s", str(session), "-o", "stat="], capture_output=True, text=True, check=False
    )
    return any(not state.startswith("Z") for state in listed.stdout.split())


@pytest.fixture
def interruptible():
    """Lets processes that a test starts hear SIGINT, which those of a background job ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupted_run_ends_at_once(folder_place, command, interruptible):
    folder_place.put("1.wav", toy_model.wav("hello"))
    os.mkfifo(folder_place.folder / "9.wav")
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE) as run:
        # One process waits at the pipe, the other for something to do.
        wait_until(lambda: folder_place.names() == {"1.wav.json", object_keys.lease_key("9.wav")})
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(timeout=30) == 130
        assert run.stderr is not None
        assert b"Traceback" not in run.stderr.read()


def test_an_interrupt_while_the_processes_start_leaves_no_trace_of_them(
    folder_place, command, interruptible
):
    for name in ("1.wav", "2.wav"):
        os.mkfifo(folder_place.folder / name)
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE) as run:
        started = ["pgrep", "--parent", str(run.pid), "--full", "spawn_main"]
        wait_until(
            lambda: (
                subprocess.run(started, capture_output=True, check=False).stdout.count(b"\n") == 2
            ),
            pause=0.01,
        )
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(timeout=30) == 130
        assert run.stderr is not None
        assert b"Traceback" not in run.stderr.read()


def test_what_fails_makes_the_exit_status_1(folder_place, command):
    folder_place.put("a.wav", toy_model.wav("hello"))
    folder_place.store().write("a.wav.json", b"{}", "", None)
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (1, "1 failed\n")
    assert "a.wav: failed: a.wav.json is there already" in run.stderr


def test_a_folder_without_audio_is_an_error(folder_place, capsys):
    assert __main__.main([str(folder_place.folder), "--out", str(folder_place.out)]) == 1
    assert "no audio files" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        __main__.main([str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")])
    assert "nowhere is no folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["part", "run", "lock", "a.wav.json", ".leases"])
def test_folders_may_have_any_name(folder_place, command, name):
    (folder_place.folder / name).mkdir()
    for key in (f"{name}/a.wav", "b.wav"):
        folder_place.put(key, toy_model.wav("hello"))
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == "2 transcribed\n"


def test_a_name_that_is_no_utf_8_is_answered_like_any_other(folder_place, command):
    name = os.fsdecode(b"caf\xe9.wav")
    folder_place.put(name, toy_model.wav("hello"))
    subprocess.run(command, capture_output=True, check=True)
    assert document(folder_place, f"{name}.json")["source"]["key"] == name
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert again.stdout == "1 up to date\n"


def die_at_deadly(run, key):
    """Stands in for `answer`, in a process whose memory does not suffice for some files."""
    if "deadly" in key:
        os.kill(os.getpid(), signal.SIGKILL)
    return "transcribed", ""


def test_a_file_at_which_processes_die_holds_up_no_other(folder_place, monkeypatch, capsys):
    names = ["a", "b deadly", "c", "d", "e deadly", "f"]
    run = Run(folder_place.folder, folder_place.out, Settings())
    monkeypatch.setattr(process_pool, "answer", die_at_deadly)
    ends = process_pool.answer_all(run, names, processes=2)
    assert ends == {"transcribed": 4, "failed": 2}
    told = capsys.readouterr().err
    assert "b deadly: failed: the process that was at it died" in told
    assert "e deadly: failed" in told


def test_two_runs_do_not_write_to_one_folder(folder_place, capsys):
    folder_place.put("a.wav", toy_model.wav("hello"))
    with alone(folder_place.out):
        assert __main__.main([str(folder_place.folder), "--out", str(folder_place.out)]) == 1
    assert "another run is at work" in capsys.readouterr().err


def test_the_leases_of_a_killed_run_hold_nobody_up(folder_place):
    store = folder_place.store()
    store.write(".leases/sub/a.wav.lease", b"{}", "", None)
    with alone(folder_place.out):
        assert store.read(".leases/sub/a.wav.lease") is None


def test_each_process_has_one_worker(folder_place, toy_bundle):
    run = Run(folder_place.folder, folder_place.out, Settings(model_uri=str(toy_bundle)))
    folder_place.put("a.wav", toy_model.wav("hello"))
    assert process_pool.answer(run, "a.wav") == ("transcribed", "")
    worker = process_pool._worker(run)
    assert isinstance(worker, Worker)
    assert process_pool.answer(run, "a.wav") == ("up_to_date", "")
    assert process_pool._worker(run) is worker


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (["--processes", "0"], "--processes"),
        (["--formats", "srt,docx"], "'docx'"),
        (["--out", "notes.txt"], "is no folder"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(
    folder_place, capsys, tmp_path, monkeypatch, wrong, named
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("no folder")
    folder_place.put("a.wav", toy_model.wav("hello"))
    with pytest.raises(SystemExit) as ended:
        __main__.main([str(folder_place.folder), "--out", str(folder_place.out), *wrong])
    assert ended.value.code == 2
    assert named in capsys.readouterr().err
    assert not list(folder_place.out.glob("*.json"))

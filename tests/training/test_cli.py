import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torchaudio
import yaml

from tests.support import tone_corpus, toy_model
from training.cli import COMMANDS, command, run
from training.errors import InputError


def test_an_input_error_is_one_line_and_status_2(capsys):
    @command
    def main() -> None:
        raise InputError("there is no\n  such thing")

    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: there is no such thing\n"


def test_a_missing_file_is_named(capsys, tmp_path):
    @command
    def main(file: Path) -> None:
        file.read_bytes()

    with pytest.raises(SystemExit):
        main(tmp_path / "nowhere")
    assert capsys.readouterr().err == f"error: {tmp_path}/nowhere: No such file or directory\n"


def test_other_exceptions_keep_their_traceback():
    @command
    def main() -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        main()


@pytest.fixture(scope="module")
def given(learned_words, tmp_path_factory):
    """Folder of valid and invalid inputs of the commands in `REJECTED`."""
    folder = tmp_path_factory.mktemp("given")
    toy_model.write_bundle(folder / "bundle")
    tone_corpus.write_corpus(folder / "data" / "tones", ["abc"])
    tone_corpus.write_corpus(folder / "data" / "dev", ["abc"])
    (folder / "columns.tsv").write_text("file\ttext\na.wav\tabc\n")
    (folder / "empty.tsv").write_text(tone_corpus.HEADER)
    (folder / "short.tsv").write_text(tone_corpus.HEADER + "a.wav\t1.0\n")
    (folder / "words.tsv").write_text(tone_corpus.HEADER + "a.wav\tlong\tanna\tan4\tabc\n")
    (folder / "lost.tsv").write_text(tone_corpus.HEADER + "lost.wav\t1.0\tanna\tan4\tabc\n")
    (folder / "binary").write_bytes(bytes(range(256)) * 8)
    (folder / "list.json").write_text("[]")
    torch.save([1, 2], folder / "list.pt")
    torch.save({"weight": torch.zeros(1)}, folder / "weights.pt")
    recipes: dict[str, dict[str, object]] = {
        "good": {},
        "member": {"stepz": 3},
        "augmentation": {"augmentation": {"spedd": 0.1}},
        "spec_augment": {"spec_augment": {"widht": 3}},
        "network": {"network": "transformer"},
        "parameters": {"parameters": {"depth": 3}},
        "front_end": {"front_end": {"type": "plp"}},
        "task": {"task": "translate"},
        "init_from": {"init_from": "nowhere"},
        "renamed": {"patience": 3},
        "extends": {"extends": "nothing"},
    }
    for name, changes in recipes.items():
        members = vars(tone_corpus.recipe()) | changes
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(members))
    keyword = vars(tone_corpus.keyword_recipe())
    (folder / "keyword.yaml").write_text(yaml.safe_dump(keyword))
    (folder / "words").symlink_to(learned_words.run)
    run = folder / "runs" / "good"
    run.mkdir(parents=True)
    (run / "last.ckpt").symlink_to(learned_words.run / "best.ckpt")
    return folder


TRAIN = "train {0}/%s.yaml --data {0}/data --runs {0}/new"
EVALUATE = "evaluate --bundle {0}/bundle --manifest {0}/%s"
EXPORT = "export {0}/%s --data {0}/%s --out {0}/out --calibrate dev --measure dev"
COMPARE = "compare-precisions {0}/%s --manifest {0}/data/dev/manifest.tsv"
LEGACY = "import-weights {0}/%s --out {0}/out"
ALIGN_PHONES = "align-phones {0}/%s"
ISOLATE = "cut-words {0}/%s --words abc --out {0}/out"
SYNTHESIZE = "synthesize {0}/%s --hours 1 --out {0}/out"
CORPORA = "download %s --out {0}/out --archive {0}/%s"
CARD = "card {0}/%s"
FOLDS = "cross-validate {0}/%s.yaml --data {0}/data --sets %s --runs {0}/new"
LANGUAGE_MODEL = "language-model {0}/%s --out {0}/out"
TUNE = "add-language-model {0}/%s --language-model {0}/%s --manifest {0}/data/dev/manifest.tsv"
FINETUNE = "finetune {0}/data/dev --out {0}/out --bundle {0}/%s"
# Command lines, and the part of the message that names the fault.
REJECTED = [
    (TRAIN % "nowhere", "nowhere.yaml"),
    (TRAIN % "member", "stepz"),
    (TRAIN % "augmentation", "spedd"),
    (TRAIN % "spec_augment", "widht"),
    (TRAIN % "network", "transformer"),
    (TRAIN % "parameters", "depth"),
    (TRAIN % "front_end", "plp"),
    (TRAIN % "task", "translate"),
    (TRAIN % "init_from", "nowhere is neither"),
    (TRAIN % "renamed", "write 'early_stopping_patience'"),
    (TRAIN % "extends", "nothing.yaml"),
    ("train {0}/binary --data {0}/data", "binary is not YAML"),
    ("train {0}/list.json --data {0}/data", "list.json"),
    ("train {0}/good.yaml --data {0}/nowhere --runs {0}/new", "nowhere/tones"),
    ("train {0}/good.yaml --data {0}/data --runs {0}/runs", "another network"),
    (EVALUATE % "nowhere", "nowhere"),
    (EVALUATE % "bundle", "Is a directory"),
    (EVALUATE % "columns.tsv", "seconds, speaker, corpus"),
    (EVALUATE % "empty.tsv", "no clips"),
    (EVALUATE % "short.tsv", "line 2"),
    (EVALUATE % "words.tsv", "'long'"),
    (EVALUATE % "lost.tsv", "lost.wav"),
    (EVALUATE % "binary", "binary"),
    ("evaluate --bundle {0}/nowhere --manifest {0}/lost.tsv", "nowhere"),
    ("evaluate --manifest {0}/lost.tsv {0}/empty.tsv", "no clips"),
    ("evaluate --manifest {0}/lost.tsv {0}/lost.tsv", "the same name"),
    (FINETUNE % "nowhere", "nowhere is no bundle"),
    (FINETUNE % "bundle", "float32, which stores no weights by name"),
    (EXPORT % ("nowhere", "data"), "nowhere/best.ckpt"),
    (EXPORT % ("words", "nowhere"), "nowhere/tones"),
    (EXPORT % ("words", "data") + " --reference {0}/nowhere", "nowhere"),
    (EXPORT % ("words", "data") + " --reference {0}/list.json", "recogniser"),
    (EXPORT % ("words", "data") + " --reference {0}/binary", "not JSON"),
    (COMPARE % "nowhere", "nowhere"),
    (COMPARE % "binary", "not a checkpoint"),
    (COMPARE % "bundle/model.pt", "not a checkpoint"),
    (COMPARE % "list.pt", "not a checkpoint"),
    (COMPARE % "words/best.ckpt", "'keyword'"),
    (LEGACY % "nowhere", "nowhere"),
    (LEGACY % "binary", "binary"),
    (LEGACY % "list.pt", "list.pt"),
    (LEGACY % "weights.pt", "rescnn_layers"),
    (LEGACY % "bundle/model.pt", "rescnn_layers"),
    (LEGACY % "words/best.ckpt", "published network"),
    (ALIGN_PHONES % "nowhere", "nowhere"),
    (ALIGN_PHONES % "columns.tsv", "seconds"),
    (ISOLATE % "nowhere", "nowhere"),
    (ISOLATE % "columns.tsv", "seconds"),
    ("keyword-data --data {0}/data --recipe {0}/nowhere", "nowhere"),
    (SYNTHESIZE % "nowhere", "nowhere"),
    (SYNTHESIZE % "binary", "binary"),
    (SYNTHESIZE % "list.json", "sentence"),
    (CORPORA % ("an4", "nowhere"), "nowhere"),
    (CORPORA % ("an4", "binary"), "an4: "),
    (CARD % "nowhere", "nowhere"),
    (CARD % "bundle", "measurements.json"),
    (FOLDS % ("nowhere", "dev"), "nowhere.yaml"),
    (FOLDS % ("good", "dev"), "needs keyword"),
    (FOLDS % ("keyword", "nowhere"), "nowhere"),
    (FOLDS % ("keyword", "dev"), "found 1 speakers for 5 folds"),
    (LANGUAGE_MODEL % "nowhere", "nowhere"),
    (LANGUAGE_MODEL % "binary", "binary is not UTF-8 text"),
    (LANGUAGE_MODEL % "list.json --transcripts {0}/columns.tsv", "seconds"),
    (TUNE % ("nowhere", "binary"), "nowhere"),
    (TUNE % ("bundle", "nowhere"), "nowhere"),
    (TUNE % ("bundle", "binary"), "the language model cannot be read"),
    ("import-pretrained wav2vec2-base-960h --out {0}/out", "the hub is unreachable"),
]


@pytest.mark.parametrize(("line", "named"), REJECTED, ids=[line for line, _ in REJECTED])
def test_unusable_input_is_rejected_in_one_line(line, named, given, monkeypatch, capsys):
    def unreachable(*_):
        raise OSError("the hub is unreachable")

    monkeypatch.setattr(torchaudio.pipelines.WAV2VEC2_ASR_BASE_960H, "get_model", unreachable)
    with pytest.raises(SystemExit) as ended:
        run(line.format(given).split())
    message = capsys.readouterr().err
    assert ended.value.code == 2
    assert message.startswith("error: ")
    assert message.count("\n") == 1
    assert named in message
    assert not list(given.glob("out/*"))


def test_every_command_has_unusable_input():
    assert {line.split()[0] for line, _ in REJECTED} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_its_options(name, capsys):
    with pytest.raises(SystemExit) as ended:
        run([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: python -m training {name} " in capsys.readouterr().out


def test_a_missing_command_is_reported(capsys):
    with pytest.raises(SystemExit) as ended:
        run([])
    assert ended.value.code == 2
    assert "COMMAND is missing; --help lists the commands" in capsys.readouterr().err


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit):
        run(["--help"])
    help_text = capsys.readouterr().out
    assert all(f"  {name} " in help_text for name in COMMANDS)


def test_help_imports_no_command():
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\nfrom training.cli import run\n"
            "try: run(['--help'])\nexcept SystemExit: pass\n"
            "print('torch' in sys.modules, file=sys.stderr)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stderr == "False\n"


def test_a_user_sees_no_traceback():
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "training",
            "cut-words",
            "nowhere.tsv",
            "--words",
            "a",
            "--out",
            "out",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == "error: nowhere.tsv: No such file or directory\n"

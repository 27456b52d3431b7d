"""Import of Whisper's encoder, from tiny checkpoints in place of the published files."""

import hashlib
import json
import shutil
from dataclasses import replace
from urllib.error import URLError

import pytest
import torch

from tests.support.whisper import encoder_weights, write_ctranslate2, write_openai
from training.download import archives
from training.errors import InputError
from training.export.pretrained import command, whisper_weights
from training.fit import warm_start
from training.fit.weights_folder import DESCRIPTION
from training.networks.registry import build

NAME = "whisper-base"
HEAD = ["network.head", "network.classifiers"]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A tiny checkpoint in OpenAI's format that takes the place of the published one."""
    file = tmp_path_factory.mktemp("published") / "base.pt"
    write_openai(file, encoder_weights())
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    model = replace(whisper_weights.MODELS[NAME], sha256=sha256, width=8, layers=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(whisper_weights.MODELS, NAME, model)
        yield file


def check_import(folder):
    """Check that a network starts from the weights in `folder`; returns their description."""
    parameters = {"width": 8, "heads": 2, "layers": 1}
    recogniser, _ = build("whisper_ctc", {}, parameters)
    warm_start.initialise(recogniser, folder, HEAD)
    for name, value in encoder_weights().items():
        assert torch.equal(recogniser.get_parameter(f"network.encoder.{name}"), value.float()), name
    return json.loads((folder / DESCRIPTION).read_text())


def test_the_published_checkpoint_is_downloaded_and_verified(published, tmp_path, monkeypatch):
    addresses: list[str] = []

    def fetch(url, file):
        addresses.append(url)
        shutil.copy(published, file)

    monkeypatch.setattr(archives, "fetch", fetch)
    command.main([NAME, "--out", str(tmp_path / "weights")])
    description = check_import(tmp_path / "weights")
    sha256 = hashlib.sha256(published.read_bytes()).hexdigest()
    assert addresses == [f"https://openaipublic.azureedge.net/main/whisper/models/{sha256}/base.pt"]
    assert (description["source"], description["source_sha256"]) == (addresses[0], sha256)
    assert (description["name"], description["license"]) == (NAME, "MIT")
    assert {path.name for path in (tmp_path / "weights").iterdir()} == {
        "weights.pt",
        "weights.json",
    }


@pytest.mark.parametrize("write", [write_openai, write_ctranslate2])
def test_a_local_checkpoint_is_imported(write, published, tmp_path):
    file = write(tmp_path / "local.bin", encoder_weights())
    out = tmp_path / "weights"
    command.main([NAME, "--out", str(out), "--checkpoint", str(file)])
    same = file.read_bytes() == published.read_bytes()
    assert check_import(out)["source"].endswith("/base.pt" if same else "local.bin")
    assert file.exists()


def test_another_file_at_the_address_is_rejected(published, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "fetch", lambda _, file: file.write_bytes(b"other"))
    with pytest.raises(InputError, match=r"base.pt: sha256 is .* the published one is"):
        whisper_weights.import_encoder(NAME, tmp_path / "weights")
    assert not list(tmp_path.iterdir())


def test_an_unreachable_address_is_reported_with_the_alternative(tmp_path, monkeypatch, capsys):
    def unreachable(*_):
        raise URLError("no route to host")

    monkeypatch.setattr(archives, "fetch", unreachable)
    with pytest.raises(SystemExit):
        command.main([NAME, "--out", str(tmp_path / "weights")])
    message = capsys.readouterr().err
    assert message.startswith("error: https://openaipublic.azureedge.net/main/whisper/models/")
    assert "no route to host" in message
    assert "--checkpoint" in message
    assert message.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("write", [write_openai, write_ctranslate2])
def test_an_encoder_of_another_size_is_rejected(write, tmp_path):
    file = write(tmp_path / "tiny.bin", encoder_weights())
    with pytest.raises(InputError, match="width 8 with 1 layers; whisper-small has width 768"):
        whisper_weights.import_encoder("whisper-small", tmp_path / "weights", file)


@pytest.mark.parametrize("members", [{"state": {}}, [1, 2]], ids=["dict", "list"])
def test_a_file_that_is_no_checkpoint_is_rejected(members, tmp_path):
    torch.save(members, tmp_path / "other.pt")
    with pytest.raises(InputError, match="is not a checkpoint of OpenAI Whisper"):
        whisper_weights.read_encoder(tmp_path / "other.pt")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("whisper-base --precision bfloat16", "--precision goes with a bundle"),
        ("wav2vec2-base-960h --checkpoint base.pt", "--checkpoint goes with Whisper"),
    ],
    ids=["precision", "checkpoint"],
)
def test_options_of_the_other_kind_of_import_are_rejected(line, message, tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main([*line.split(), "--out", str(tmp_path / "out")])
    assert message in capsys.readouterr().err

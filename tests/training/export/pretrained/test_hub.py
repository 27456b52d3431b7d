"""Download of models by the hub's own client, from a hub on this machine."""

import hashlib
import socket

import pytest

from tests.support import fake_hub, published_models
from training.errors import InputError
from training.export.pretrained import sources
from training.export.pretrained.transformers_folder import read_folder

pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub with a few models."""
    models = tmp_path_factory.mktemp("hub")
    published_models.save_transformers("wav2vec2-group", models / "someone" / "Speech.Base")
    folder = models / "someone" / "Speech.Base"
    (folder / "README.md").write_text("---\nlicense: mit\nlanguage: [en]\n---\n", encoding="utf-8")
    for unused in ("flax_model.msgpack", "pytorch_model.bin", "training_args.bin", "custom.py"):
        (folder / unused).write_bytes(b"not to be fetched")
    (models / "someone" / "nemo-only").mkdir()
    published_models.save_nemo(models / "someone" / "nemo-only" / "model.nemo")
    (models / "someone" / "whisper").mkdir()
    (models / "someone" / "whisper" / "model.safetensors").write_bytes(b"large")
    (models / "someone" / "whisper" / "config.json").write_text(
        '{"model_type": "whisper", "architectures": ["WhisperForConditionalGeneration"]}'
    )
    with fake_hub.serve(models) as server:
        yield server


@pytest.fixture
def client(hub, tmp_path):
    """Options of the hub's client: this hub, and an empty cache."""
    return {"endpoint": hub.address, "cache_dir": str(tmp_path / "cache")}


@pytest.fixture
def fetched(hub):
    hub.fetched.clear()
    return hub.fetched


def test_the_files_of_a_commit_are_downloaded_and_recorded(client, fetched):
    found = sources.resolve("someone/Speech.Base", **client)
    assert (found.name, found.card.license, found.card.language) == ("speech.base", "mit", "en")
    assert found.origin["source"] == "someone/Speech.Base"
    assert found.origin["revision"] == fake_hub.COMMIT
    content = (found.path / "model.safetensors").read_bytes()
    assert found.origin["files"]["model.safetensors"] == hashlib.sha256(content).hexdigest()
    assert set(fetched) == set(found.origin["files"])
    assert "custom.py" not in fetched
    assert not {name for name in fetched if name.endswith((".bin", ".msgpack"))}
    read_folder(found.path)


def test_a_revision_may_be_pinned(client):
    found = sources.resolve(f"someone/Speech.Base@{fake_hub.COMMIT}", **client)
    assert found.origin["revision"] == fake_hub.COMMIT


def test_what_was_downloaded_is_not_downloaded_again(client, fetched):
    sources.resolve("someone/Speech.Base", **client)
    fetched.clear()
    sources.resolve("someone/Speech.Base", **client)
    assert fetched == []


def test_an_archive_of_nemo_is_downloaded(client, fetched):
    found = sources.resolve("someone/nemo-only", **client)
    assert found.path.name == "model.nemo"
    assert found.name == "nemo-only"
    assert fetched == ["model.nemo"]


def test_a_model_of_another_kind_is_refused_before_its_weights_are_downloaded(client, fetched):
    with pytest.raises(InputError, match="WhisperForConditionalGeneration is no CTC model"):
        sources.resolve("someone/whisper", **client)
    assert fetched == ["config.json"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("someone/else", "the hub has no public model someone/else"),
        ("someone/Speech.Base@v9", r"someone/Speech.Base has no revision 'v9' on the hub"),
    ],
)
def test_an_unknown_model_or_revision_is_named(source, message, client):
    with pytest.raises(InputError, match=message):
        sources.resolve(source, **client)


def test_without_a_network_the_message_says_what_to_do(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        client = {"endpoint": address, "cache_dir": str(tmp_path / "cache")}
        with pytest.raises(InputError) as raised:
            sources.resolve("someone/Speech.Base", **client)
    assert str(raised.value).startswith("someone/Speech.Base cannot be downloaded from the hub")
    assert "check the network, or give the folder of a copy" in str(raised.value)

"""Models that cannot be imported: one clear line, and nothing left behind."""

import json
import os
import pickle
import shutil

import pytest
import torch

from tests.support import published_models
from training.export.pretrained import command

pytest.importorskip("transformers")


class Code:
    """An object whose unpickling would run a command."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "published"
    published_models.save_transformers("wav2vec2-group", folder)
    return folder


@pytest.fixture
def source(published, tmp_path):
    """A copy of a good model, to spoil."""
    return shutil.copytree(published, tmp_path / "source" / "published")


def refusal(source, tmp_path, capsys, *options):
    """Import `source` and return the one line of error; nothing may be left in the folder."""
    out = tmp_path / "models" / "out"
    with pytest.raises(SystemExit) as ended:
        command.main([str(source), "--out", str(out), *options])
    assert ended.value.code == 2
    assert not out.exists()
    assert not out.parent.exists() or not list(out.parent.iterdir())
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    return errors[0].removeprefix("error: ")


def change_json(file, **changes):
    members = json.loads(file.read_text(encoding="utf-8")) | changes
    file.write_text(json.dumps(members), encoding="utf-8")


def test_a_source_that_is_nothing(tmp_path, capsys):
    found = refusal("no-such-model", tmp_path, capsys)
    assert found.startswith("no-such-model is no file or folder here, no model of the hub")
    assert "parakeet-110m" in found


def test_a_folder_without_a_model(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert "has no config.json" in refusal(tmp_path / "empty", tmp_path, capsys)


def test_a_file_of_another_kind(tmp_path, capsys):
    (tmp_path / "model.onnx").write_bytes(b"")
    assert "expected a folder or a .nemo file" in refusal(tmp_path / "model.onnx", tmp_path, capsys)


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [
        ("whisper", "WhisperForConditionalGeneration"),
        ("parakeet_tdt", "ParakeetForTDT"),
        ("wav2vec2", "Wav2Vec2ForSequenceClassification"),
        ("wav2vec2", "Wav2Vec2ForPreTraining"),
    ],
)
def test_a_model_that_is_no_ctc_model(kind, architecture, source, tmp_path, capsys):
    change_json(source / "config.json", model_type=kind, architectures=[architecture])
    found = refusal(source, tmp_path, capsys)
    assert found.startswith(f"{architecture} is no CTC model that can be imported")
    assert "Wav2Vec2ForCTC" in found


def test_weights_without_the_output_layer(source, tmp_path, capsys):
    from safetensors.torch import load_file, save_file  # noqa: PLC0415

    weights = load_file(source / "model.safetensors")
    kept = {name: value for name, value in weights.items() if not name.startswith("lm_head")}
    save_file(kept, source / "model.safetensors", metadata={"format": "pt"})
    assert "the weights lack 2 parameters of Wav2Vec2ForCTC, such as lm_head.bias" in refusal(
        source, tmp_path, capsys
    )


def test_weights_that_were_cut_short(source, tmp_path, capsys):
    file = source / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    assert "the weights cannot be read" in refusal(source, tmp_path, capsys)


def test_a_folder_without_weights(source, tmp_path, capsys):
    (source / "model.safetensors").unlink()
    assert "the weights cannot be read" in refusal(source, tmp_path, capsys)


def test_a_pickle_with_code_is_not_run(source, tmp_path, capsys):
    (source / "model.safetensors").unlink()
    mark = tmp_path / "was-run"
    torch.save({"lm_head.weight": Code(f"touch {mark}")}, source / "pytorch_model.bin")
    assert "a pickle that is more than tensors, and was not loaded" in refusal(
        source, tmp_path, capsys
    )
    assert not mark.exists()


def test_code_beside_a_model_is_not_run(source, tmp_path, capsys):
    mark = tmp_path / "was-run"
    (source / "custom.py").write_text(f"open({str(mark)!r}, 'w')\n", encoding="utf-8")
    change_json(
        source / "config.json",
        model_type="custom",
        architectures=["CustomForCTC"],
        auto_map={"AutoConfig": "custom.Config", "AutoModelForCTC": "custom.CustomForCTC"},
    )
    assert "CustomForCTC is no CTC model" in refusal(source, tmp_path, capsys)
    assert not mark.exists()


def test_a_vocabulary_that_is_too_small(source, tmp_path, capsys):
    vocabulary = json.loads((source / "vocab.json").read_text(encoding="utf-8"))
    del vocabulary["z"]
    (source / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    assert "the network has 31 classes and the tokenizer 30 tokens" in refusal(
        source, tmp_path, capsys
    )


def test_a_vocabulary_that_is_too_large(source, tmp_path, capsys):
    vocabulary = json.loads((source / "vocab.json").read_text(encoding="utf-8"))
    (source / "vocab.json").write_text(json.dumps(vocabulary | {"é": 31}), encoding="utf-8")
    assert "é have no class" in refusal(source, tmp_path, capsys)


def test_a_tokenizer_without_a_blank(source, tmp_path, capsys):
    change_json(source / "tokenizer_config.json", pad_token="[blank]")
    assert "expected one of the network's 31 classes, as it is CTC's blank" in refusal(
        source, tmp_path, capsys
    )


def test_a_folder_without_a_tokenizer(source, tmp_path, capsys):
    for name in ("vocab.json", "tokenizer_config.json"):
        (source / name).unlink()
    assert "the tokenizer cannot be read" in refusal(source, tmp_path, capsys)


def test_a_folder_without_a_feature_extractor(source, tmp_path, capsys):
    (source / "preprocessor_config.json").unlink()
    assert "the featureextractor cannot be read" in refusal(source, tmp_path, capsys)


def test_a_model_of_telephone_audio(source, tmp_path, capsys):
    change_json(source / "preprocessor_config.json", sampling_rate=8000)
    assert "takes audio at 8000 Hz, expected 16000" in refusal(source, tmp_path, capsys)


def test_a_language_that_is_no_tag(source, tmp_path, capsys):
    found = refusal(source, tmp_path, capsys, "--language", "English!")
    assert "is no tag of BCP 47" in found


def test_an_archive_that_is_no_archive(tmp_path, capsys):
    (tmp_path / "model.nemo").write_bytes(b"not a tar file")
    assert "is no tar archive" in refusal(tmp_path / "model.nemo", tmp_path, capsys)


def test_an_archive_of_a_transducer(tmp_path, capsys):
    file = tmp_path / "model.nemo"
    settings = published_models.nemo_settings(hybrid=True)
    del settings["aux_ctc"]
    published_models.write_nemo(file, settings | {"target": "nemo.EncDecRNNTBPEModel"}, {})
    assert "EncDecRNNTBPEModel has no CTC decoder" in refusal(file, tmp_path, capsys)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subsampling", "striding"),
        ("self_attention_model", "rel_pos_local_attn"),
        ("causal_downsampling", True),
        ("att_context_size", [70, 13]),
    ],
)
def test_an_archive_of_another_encoder(name, value, tmp_path, capsys):
    file = tmp_path / "model.nemo"
    settings = published_models.nemo_settings(hybrid=False)
    settings["encoder"][name] = value
    published_models.write_nemo(file, settings, {})
    assert f"the encoder's {name} is {value!r}" in refusal(file, tmp_path, capsys)


def test_an_archive_with_features_of_another_kind(tmp_path, capsys):
    file = tmp_path / "model.nemo"
    settings = published_models.nemo_settings(hybrid=False)
    changed = settings["preprocessor"] | {"normalize": "NA"}
    published_models.save_nemo(file, preprocessor=changed)
    assert "the preprocessor's normalize is 'NA'" in refusal(file, tmp_path, capsys)


def test_an_archive_whose_vocabulary_does_not_fit(tmp_path, capsys):
    file = tmp_path / "model.nemo"
    decoder = published_models.nemo_settings(hybrid=False)["decoder"]
    published_models.save_nemo(file, decoder=decoder | {"vocabulary": ["a", "b"]})
    assert "has 32 classes, expected 2 labels and the blank" in refusal(file, tmp_path, capsys)


def test_an_archive_with_code_is_not_run(tmp_path, capsys):
    file, mark = tmp_path / "model.nemo", tmp_path / "was-run"
    weights = {"decoder.decoder_layers.0.weight": Code(f"touch {mark}")}
    assert "touch" in repr(pickle.dumps(weights))
    published_models.write_nemo(file, published_models.nemo_settings(hybrid=False), weights)
    assert "is not a file of tensors alone, and was not loaded" in refusal(file, tmp_path, capsys)
    assert not mark.exists()


def test_a_missing_library_is_named(source, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    found = refusal(source, tmp_path, capsys)
    assert "the package transformers is not installed" in found
    assert "make model" in found

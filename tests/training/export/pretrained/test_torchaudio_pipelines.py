"""Import of pretrained models, with random weights of a small network in place of a download.

Everything else is as for a user: torchaudio's pipelines build the network and load the weights, in
the layout in which they are stored.
"""

import base64
import json

import boto3
import numpy as np
import pytest
import torch
import torchaudio
from moto import mock_aws
from torchaudio.pipelines import WAV2VEC2_ASR_BASE_960H, Wav2Vec2ASRBundle
from torchaudio.pipelines._wav2vec2 import utils

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio.audio import Budget
from asr.settings import Settings
from asr.transcriber import Transcriber, check_golden, warm_transcriber
from handlers import api
from handlers.http import transcription
from tests.support import toy_model
from tests.support.api_events import Context
from training.export.pretrained import command, torchaudio_pipelines

LAYERS = [(8, 10, 5), *[(8, 3, 2)] * 4, *[(8, 2, 2)] * 2]  # the published steps in few channels
PARAMETERS = {
    "extractor_conv_layer_config": LAYERS,
    "encoder_embed_dim": 16,
    "encoder_projection_dropout": 0.1,
    "encoder_pos_conv_kernel": 8,
    "encoder_pos_conv_groups": 2,
    "encoder_num_layers": 2,
    "encoder_num_heads": 2,
    "encoder_attention_dropout": 0.1,
    "encoder_ff_interm_features": 32,
    "encoder_ff_interm_dropout": 0.0,
    "encoder_dropout": 0.1,
    "encoder_layer_drop": 0.05,
}
BASE = {"extractor_mode": "group_norm", "extractor_conv_bias": False}
LARGE = {"extractor_mode": "layer_norm", "extractor_conv_bias": True}
STORED_CLASSES = 32  # three more than there are labels; the pipeline leaves them out
MINUTE = Budget(max_seconds=60.0)


def small(name, changes, normalise):
    layer_norm_first = changes["extractor_mode"] == "layer_norm"
    return Wav2Vec2ASRBundle(
        f"{name}.pth",
        PARAMETERS | changes | {"aux_num_out": 29, "encoder_layer_norm_first": layer_norm_first},
        _labels=WAV2VEC2_ASR_BASE_960H._labels,
        _sample_rate=16_000,
        _normalize_waveform=normalise,
        _model_type="Wav2Vec2",
    )


SMALL = {
    f"{name}.pth": small(name, changes, normalise)
    for name, changes, normalise in (
        ("WAV2VEC2_ASR_BASE_960H", BASE, False),
        ("WAV2VEC2_ASR_LARGE_LV60K_960H", LARGE, True),
    )
}
NAMES = ["wav2vec2-base-960h", "wav2vec2-large-lv60k-960h"]


@pytest.fixture(scope="module", autouse=True)
def download():
    """Random weights in place of each download."""

    def state(url, **_):
        parameters = SMALL[url.rsplit("/", 1)[1]]._params
        torch.manual_seed(0)
        model = torchaudio.models.wav2vec2_model(**(parameters | {"aux_num_out": STORED_CLASSES}))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.1)
        return model.state_dict()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "load_state_dict_from_url", state)
        for pipeline in SMALL.values():
            patch.setattr(torchaudio.pipelines, pipeline._path.removesuffix(".pth"), pipeline)
        yield


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def exported(name, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / name
    torchaudio_pipelines.import_pipeline(name, out)
    return out


def noise(samples, level=0.1):
    generator = np.random.default_rng(samples)
    return (generator.standard_normal(samples) * level).astype(np.float32)


def torchaudio_log_probs(name, samples):
    """Log-probabilities as torchaudio's documentation computes them: one waveform, no lengths."""
    model = getattr(torchaudio.pipelines, torchaudio_pipelines.MODELS[name].pipeline).get_model()
    with torch.inference_mode():
        emissions, _ = model(torch.from_numpy(samples)[None])
    return emissions.log_softmax(-1)[0].numpy()


@pytest.mark.parametrize("samples", [400, 16_000, 23_456])
def test_a_bundle_gives_the_log_probabilities_of_torchaudio(name, exported, samples):
    expected = torchaudio_log_probs(name, noise(samples))
    (written,) = AcousticModel(bundle.load(str(exported))).log_probs([noise(samples)])
    assert written.shape == expected.shape == ((samples - 400) // 320 + 1, 29)
    assert np.allclose(written, expected, atol=1e-4)
    assert expected.std() > 0.1  # the output is not constant


def test_a_batch_gives_the_same_as_its_utterances_one_by_one(name, exported):
    model = AcousticModel(bundle.load(str(exported)))
    waveforms = [noise(16_000), noise(7000, level=0.5), noise(20_000, level=0.01)]
    for batched, waveform in zip(model.log_probs(waveforms), waveforms, strict=True):
        assert np.allclose(batched, torchaudio_log_probs(name, waveform), atol=1e-4)


def test_less_than_one_frame_of_audio_gives_one_frame(exported):
    model = AcousticModel(bundle.load(str(exported)))
    assert [len(frames) for frames in model.log_probs([noise(1), noise(900)])] == [1, 2]


def test_the_labels_are_those_of_the_pipeline_in_lower_case(name, exported):
    manifest = bundle.load(str(exported)).manifest
    assert manifest.alphabet.blank == 0
    assert manifest.alphabet.labels[:4] == ("", " ", "e", "t")
    assert "".join(sorted(manifest.alphabet.labels)) == " 'abcdefghijklmnopqrstuvwxyz"
    assert manifest.alphabet.word_boundary == " "
    assert (manifest.name, manifest.license) == (name, "MIT")
    assert (manifest.frame_seconds, manifest.precision) == (0.02, "float32")
    assert manifest.sources[-1]["name"] == "LibriSpeech"


def test_published_error_rates_are_in_the_card_but_not_in_the_metrics(name, exported):
    assert bundle.load(str(exported)).manifest.metrics == {}
    card = " ".join((exported / "MODEL_CARD.md").read_text(encoding="utf-8").split())
    clean = {"wav2vec2-base-960h": "3.4 % on", "wav2vec2-large-lv60k-960h": "2.2 % on"}
    assert clean[name] in card
    assert "None of it was measured" in card
    assert "| LibriSpeech | 960 | CC BY 4.0 |" in card


def expected_text(name, samples, opened):
    labels = opened.manifest.alphabet.labels
    path = torchaudio_log_probs(name, samples).argmax(1)
    kept = [c for i, c in enumerate(path) if c != 0 and (i == 0 or path[i - 1] != c)]
    return " ".join("".join(labels[c] for c in kept).split())


def test_the_bundle_is_served_from_s3_by_the_handler(name, exported, monkeypatch):
    samples = noise(32_000)
    spoken = toy_model.encode(samples, subtype="FLOAT")
    local = bundle.load(str(exported))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="models")
        for path in exported.iterdir():
            client.upload_file(str(path), "models", f"{name}/{path.name}")
        settings = Settings(f"s3://models/{name}/", local.sha256, model_self_test=True)
        monkeypatch.setattr(transcription, "warm_transcriber", lambda _: warm_transcriber(settings))
        answer = api.handler({"audio": base64.b64encode(spoken).decode()}, Context())
    identity = {"name": name, "version": "1", "sha256": local.sha256}
    assert answer["model"] == identity | {"decoder": "greedy"}
    assert answer["transcript"] == Transcriber(local).transcribe(spoken, MINUTE).text
    assert answer["transcript"] == expected_text(name, samples, local) != ""


@pytest.mark.parametrize(("precision", "bound"), [("bfloat16", 0.1), ("int8-dynamic", 0.5)])
def test_log_probabilities_in_lower_precisions_stay_near(precision, bound, tmp_path):
    name, samples = NAMES[0], noise(16_000)
    torchaudio_pipelines.import_pipeline(name, tmp_path / "out", precision)
    opened = bundle.load(str(tmp_path / "out"))
    check_golden(Transcriber(opened))
    (written,) = AcousticModel(opened).log_probs([samples])
    assert 1e-5 < np.abs(written - torchaudio_log_probs(name, samples)).max() < bound
    assert opened.manifest.precision == precision


def test_the_command_line_exports(tmp_path):
    command.main([NAMES[0], "--out", str(tmp_path / "out")])
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["name"] == NAMES[0]


def test_every_model_is_a_pipeline_of_torchaudio():
    for model in torchaudio_pipelines.MODELS.values():
        pipeline = getattr(torchaudio.pipelines, model.pipeline)
        assert pipeline.sample_rate == 16_000
        assert torchaudio_pipelines.bundle_alphabet(pipeline.get_labels()).labels[:3] == (
            "",
            " ",
            "e",
        )

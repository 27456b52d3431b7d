"""Bundles of published models, against transformers' own results.

Small random networks stand for the published ones: they are saved by transformers in the same
layout, and every operation of the large ones is in them.
"""

import json

import numpy as np
import pytest

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio import audio
from asr.transcriber import Transcriber, check_golden
from tests.support import published_models, toy_model
from training.export.bundle_writer import GOLDEN_CLIP
from training.export.pretrained import command
from training.export.pretrained.bundle_import import ImportOptions, import_model

pytest.importorskip("transformers")

SECONDS = (0.5, 2.0, 11.0, 29.0)
ONE_BY_ONE = {"wav2vec2-group", "hubert-group", "data2vec"}


def speech(seconds):
    """The sample clip, repeated, with a little noise."""
    size = round(seconds * 16_000)
    generator = np.random.default_rng(size)
    repeated = np.resize(audio.decode(GOLDEN_CLIP).samples[4000:], size)
    return (repeated + generator.standard_normal(size) * 0.003).astype(np.float32)


def measured(_):
    """A memory measurement that takes no time; `test_memory.py` has the real one."""
    return 500.0


def import_small(source, out, **options):
    import_model(str(source), out, ImportOptions(**options), measured)
    return bundle.load(str(out))


@pytest.fixture(scope="module", params=[*published_models.FAMILIES, "nemo", "nemo-hybrid"])
def family(request):
    return request.param


@pytest.fixture(scope="module")
def imported(family, tmp_path_factory):
    """A model as transformers runs it, and the bundle that was imported from its files."""
    folder = tmp_path_factory.mktemp(family)
    source = folder / "published"
    if family.startswith("nemo"):
        source = folder / "published.nemo"
        reference = published_models.save_nemo(source, hybrid="hybrid" in family)
    else:
        reference = published_models.save_transformers(family, source)
    return reference, import_small(source, folder / "bundle", license="MIT")


@pytest.fixture(scope="module")
def expected(imported):
    reference, _ = imported
    return [reference.log_probs(speech(seconds)) for seconds in SECONDS]


def test_log_probabilities_are_those_of_transformers_alone_and_in_a_batch(imported, expected):
    model = AcousticModel(imported[1])
    waveforms = [speech(seconds) for seconds in SECONDS]
    alone = [model.log_probs([waveform])[0] for waveform in waveforms]
    for found, batched, original in zip(alone, model.log_probs(waveforms), expected, strict=True):
        assert found.shape == batched.shape == original.shape
        assert np.abs(found - original).max() < 1e-4
        assert np.abs(batched - original).max() < 1e-4
        assert original.std() > 0.1  # the output is not constant


def test_the_transcript_is_that_of_the_tokenizer(imported, expected):
    reference, opened = imported
    texts = [reference.text(log_probs) for log_probs in expected]
    transcriber = Transcriber(opened)
    found = [
        transcriber.transcribe(toy_model.encode(speech(seconds), subtype="FLOAT")).text
        for seconds in SECONDS
    ]
    assert found == texts
    assert len(set(texts)) > 1


def test_the_manifest_says_whether_windows_run_together(imported, family):
    assert imported[1].manifest.batched is (family not in ONE_BY_ONE)


def test_the_manifest_names_the_files_that_were_imported(imported, family):
    manifest = imported[1].manifest
    is_nemo = family.startswith("nemo")
    assert manifest.origin["source"] == ("published.nemo" if is_nemo else "published")
    weights = "published.nemo" if is_nemo else "model.safetensors"
    assert len(manifest.origin["files"][weights]) == 64
    assert manifest.memory_mb == 576  # 500 MiB and a margin, in steps of 64
    assert (manifest.license, manifest.language) == ("MIT", "und")
    check_golden(Transcriber(imported[1]))


def test_less_than_one_frame_of_audio_gives_a_frame(imported):
    model = AcousticModel(imported[1])
    for frames in model.log_probs([speech(0.001), speech(0.1)]):
        assert len(frames) >= 1
        assert np.isfinite(frames).all()


@pytest.mark.parametrize("name", ["wav2vec2-layer", "wavlm-layer", "parakeet"])
@pytest.mark.parametrize(("precision", "bound"), [("bfloat16", 0.1), ("int8-dynamic", 0.5)])
def test_lower_precisions_stay_near_and_make_smaller_files(name, precision, bound, tmp_path):
    reference = published_models.save_transformers(name, tmp_path / "published")
    opened = import_small(tmp_path / "published", tmp_path / "out", precision=precision)
    samples = speech(2.0)
    (found,) = AcousticModel(opened).log_probs([samples])
    assert 1e-6 < np.abs(found - reference.log_probs(samples)).mean() < bound
    assert opened.manifest.precision == precision
    assert opened.manifest.batched is (precision == "bfloat16")
    check_golden(Transcriber(opened))


def test_weights_that_are_a_pickle_of_tensors_are_read(tmp_path):
    reference = published_models.save_transformers(
        "wav2vec2-group", tmp_path / "published", safe=False
    )
    assert not list((tmp_path / "published").glob("*.safetensors"))
    opened = import_small(tmp_path / "published", tmp_path / "out")
    (found,) = AcousticModel(opened).log_probs([speech(1.0)])
    assert np.abs(found - reference.log_probs(speech(1.0))).max() < 1e-4


def test_a_script_other_than_latin_is_kept(tmp_path):
    source = tmp_path / "published"
    published_models.save_transformers("wav2vec2-layer", source, published_models.CYRILLIC)
    (source / "README.md").write_text("---\nlanguage: ru\nlicense: apache-2.0\n---\n# A model\n")
    opened = import_small(source, tmp_path / "out")
    assert set(published_models.CYRILLIC) < set(opened.manifest.labels)
    assert (opened.manifest.language, opened.manifest.license) == ("ru", "apache-2.0")
    assert set(opened.manifest.golden.transcript) <= set(published_models.CYRILLIC + " ")


def test_the_command_says_what_to_do_next(tmp_path, monkeypatch, capsys):
    published_models.save_transformers("wav2vec2-group", tmp_path / "published")
    monkeypatch.setattr("training.export.pretrained.command.import_model", _without_measuring)
    command.main([str(tmp_path / "published"), "--out", str(tmp_path / "out"), "--language", "en"])
    printed = capsys.readouterr().err
    for step in ("[1/5] finding", "[3/5] tracing Wav2Vec2ForCTC", "[5/5] measuring"):
        assert step in printed
    for next_step in ("make transcribe BUNDLE=", "make publish-model BUNDLE=", "make deploy"):
        assert next_step in printed
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["language"]) == ("published", "en")
    card = (tmp_path / "out" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Wav2Vec2ForCTC" in card


def _without_measuring(source, out, options):
    return import_model(source, out, options, measured)

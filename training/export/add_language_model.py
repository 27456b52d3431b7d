"""Add a language model to a bundle, and tune the weights of its beam search.

`python -m training add-language-model BUNDLE --language-model FILE --manifest DEV/manifest.tsv`
minimises word errors on clips of that data set by coordinate descent, then calibrates the
confidence of the words that the beam search finds there. Greedy decoding and the beam search are
measured on it and on the data sets of `--measure`; where the bundle has measurements, its card is
written again with the comparison.
"""

import dataclasses
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.bundle import Bundle
from asr.decoding import ngram_model
from asr.manifest import BeamSearchConfig, Confidence
from asr.settings import BEAM, DECODERS
from asr.transcriber import Transcriber
from training.card import card
from training.card.measurements import FILE, Measurements
from training.cli import command, command_parser
from training.data.manifest import read_data_sets
from training.errors import InputError, error_context
from training.evaluation.calibration import confidence_pairs, fit_platt_scaling
from training.evaluation.inference import sample_utterances, transcribe_corpus
from training.export.bundle_writer import LANGUAGE_MODEL_FILE, with_language_model, write_bundle
from training.export.decoder_reports import decoder_reports, loading_cost
from training.export.directory_swap import swap_directory
from training.export.tune_language_model import (
    START,
    acoustic_outputs,
    coordinate_descent,
    word_errors,
)
from training.language_model import ngram_file


def add_language_model(
    directory: Path,
    content: bytes,
    manifest: Path,
    measure: Sequence[Path] = (),
    clips: int | None = None,
    start: BeamSearchConfig = START,
) -> dict[str, Any]:
    """Add a language model to the bundle `directory`, in place of one that it has.

    The bundle is replaced only when the new one is complete and verified. Except the language
    model and the card, its content does not change.

    Parameters
    ----------
    content : bytes
        Of the language model's file.
    manifest : Path
        Of the data set to tune and calibrate on.
    measure : sequence of Path
        Manifests of the other data sets on which both decoders are measured.
    clips : int, optional
        Size of the random sample to tune on; default: the whole data set.
    start : BeamSearchConfig
        Weights to start from, and the beam size.

    Returns
    -------
    dict
        Tuned weights (`tuned`), the language model and its cost (`language_model`), and reports by
        data set and decoder (`sets`), for JSON.

    Raises
    ------
    InputError
        If the bundle is not one of a speech recogniser, or a manifest cannot be used.
    AsrError, OSError
        If the bundle or the language model cannot be read, or the bundle not be replaced.
    """
    opened = _load_ctc_bundle(directory)
    language_model = ngram_model.load(content)
    model, about = AcousticModel(opened), ngram_file.about(content)
    data_sets = read_data_sets([manifest, *measure])
    tuning_set = next(iter(data_sets))
    utterances = data_sets[tuning_set]
    sample = utterances if clips is None else sample_utterances(utterances, clips, seed=0)
    outputs = acoustic_outputs(opened.manifest, model, sample)
    cost = word_errors(outputs, opened.manifest.alphabet, language_model)
    search = coordinate_descent(cost, start)

    def with_confidence(confidence: Confidence) -> Bundle:
        return with_language_model(opened, content, search, confidence, about["sources"])

    uncalibrated = Transcriber(with_confidence(Confidence()), BEAM, model)
    calibrated = with_confidence(
        fit_platt_scaling(*confidence_pairs(transcribe_corpus(uncalibrated, utterances)))
    )
    transcribers = {decoder: Transcriber(calibrated, decoder, model) for decoder in DECODERS}
    measured = {
        "tuned": {"set": tuning_set, "clips": len(sample), **asdict(search)},
        "language_model": about | loading_cost(content),
        "sets": {name: decoder_reports(transcribers, each) for name, each in data_sets.items()},
    }
    with swap_directory(directory) as draft:
        shutil.copytree(directory, draft, dirs_exist_ok=True)
        (draft / LANGUAGE_MODEL_FILE).write_bytes(content)
        write_bundle(draft, transcribers[BEAM])
        if (draft / FILE).exists():
            card.write_card(draft, dataclasses.replace(Measurements.read(draft), decoders=measured))
    return measured


def _load_ctc_bundle(directory: Path) -> Bundle:
    with error_context(directory):
        opened = bundle.load(str(directory))
    if opened.manifest.kind != "ctc":
        raise InputError(
            f"{directory} is a {opened.manifest.kind!r} bundle; "
            "only a 'ctc' bundle, which transcribes speech, can have a language model"
        )
    return opened


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, change the bundle, print the measurements."""
    parser = command_parser("add-language-model", __doc__)
    parser.add_argument("directory", type=Path, metavar="BUNDLE")
    parser.add_argument("--language-model", type=Path, required=True, metavar="FILE")
    parser.add_argument("--manifest", type=Path, required=True, help="data set to tune on")
    parser.add_argument(
        "--measure",
        type=Path,
        nargs="*",
        default=[],
        metavar="MANIFEST",
        help="further data sets to measure both decoders on",
    )
    parser.add_argument("--clips", type=int, help="size of the random sample to tune on")
    parser.add_argument("--beam-size", type=int, default=START.beam_size, help="hypotheses kept")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # the speed in the card is measured on one core
    measured = add_language_model(
        options.directory,
        options.language_model.read_bytes(),
        options.manifest,
        options.measure,
        options.clips,
        dataclasses.replace(START, beam_size=options.beam_size),
    )
    print(json.dumps(measured, indent=1, ensure_ascii=False))

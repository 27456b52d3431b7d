"""Put a language model into a bundle: `python -m training add-language-model BUNDLE --language-model FILE
--manifest DEV/manifest.tsv`.

What the language weighs against the sound is searched on clips of that set, greedily, a coordinate
at a time; then the confidence of the words that the search finds is fitted there. Greedy decoding
and the search are measured on it and on the sets that `--measure` names, through the pipeline that
serves, for the card, which is written anew where the bundle has measurements.
"""

import dataclasses
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.decoding import decoders, ngram_model
from asr.decoding.beam_search import BeamSearch
from asr.decoding.ngram_model import NgramModel
from asr.manifest import Alphabet, BeamSearchConfig, Confidence
from asr.recognisers import CtcRecogniser
from asr.settings import BEAM, DECODERS
from asr.transcriber import Transcriber
from training.card import card
from training.card.measurements import FILE, Measurements
from training.cli import command, command_parser
from training.data.corpus import decode
from training.data.manifest import Utterance, read_sets
from training.errors import InputError, error_context
from training.evaluation.calibration import confidence_pairs, fit_platt_scaling
from training.evaluation.inference import sample_utterances, transcribe_corpus
from training.evaluation.metrics import score
from training.evaluation.report import calibration_report, recognition_report
from training.export.bundle_writer import add_language_model, replace
from training.language_model import ngram_file

START = BeamSearchConfig(lm_weight=0.7, word_score=0.8, unk_score=0.0, beam_size=256)
STEPS: Mapping[str, float] = {"lm_weight": 0.2, "word_score": 0.6, "unk_score": 1.5}
HALVINGS = 2

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Clip:
    """What was said, and what an acoustic model makes of it, shape (frames, classes)."""

    text: str
    log_probs: Floats


def listen(opened: bundle.Bundle, utterances: Sequence[Utterance]) -> list[Clip]:
    """The output of the acoustic model for each clip."""
    manifest = opened.manifest
    reader = CtcRecogniser(manifest, AcousticModel(opened), decoders.greedy_decoder(manifest))
    return [
        Clip(each.text, np.concatenate(list(reader.log_probs([decode(each).samples]))))
        for each in utterances
    ]


def errors(
    clips: Sequence[Clip], alphabet: Alphabet, model: NgramModel
) -> Callable[[BeamSearchConfig], int]:
    """What counts the words that a search gets wrong in `clips`."""

    def count(weights: BeamSearchConfig) -> int:
        search = BeamSearch(alphabet, model, weights)
        heard = [search.best_text(clip.log_probs) for clip in clips]
        return score([clip.text for clip in clips], heard).word_edits

    return count


def descend(
    cost: Callable[[BeamSearchConfig], float],
    start: BeamSearchConfig = START,
    steps: Mapping[str, float] = STEPS,
) -> BeamSearchConfig:
    """The search of least cost that steps along one coordinate lead to, which are halved twice."""
    best, least = start, cost(start)
    seen = {start}
    for halving in range(HALVINGS + 1):
        moved = True
        while moved:
            moved = False
            for name, step in steps.items():
                for change in (step, -step):
                    value = round(getattr(best, name) + change / 2**halving, 4)
                    tried = dataclasses.replace(best, **{name: value})
                    if tried in seen or tried.lm_weight < 0:
                        continue
                    seen.add(tried)
                    if (found := cost(tried)) < least:
                        best, least, moved = tried, found, True
    return best


def tune(
    directory: Path,
    content: bytes,
    manifest: Path,
    measure: Sequence[Path] = (),
    clips: int | None = None,
    start: BeamSearchConfig = START,
) -> dict[str, Any]:
    """Put the language model `content` into the bundle `directory`; gives what was measured.

    The bundle is replaced only at the end, and its card with it where it has measurements.

    Raises
    ------
    InputError
        If the bundle is none of speech, or a manifest cannot be used.
    AsrError, OSError
        If something is not there.
    """
    with error_context(directory):
        opened = bundle.load(str(directory))
    if opened.manifest.kind != "ctc":
        raise InputError(f"{directory} recognises no speech: it is a {opened.manifest.kind} model")
    model, told = ngram_model.load(content), ngram_file.about(content)
    sets = read_sets([manifest, *measure])
    name, *_ = sets
    drawn = sets[name] if clips is None else sample_utterances(sets[name], clips, seed=0)
    found = descend(errors(listen(opened, drawn), opened.manifest.alphabet, model), start)
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary) / "bundle"
        shutil.copytree(directory, draft)
        add_language_model(draft, content, found, Confidence(), told["sources"])
        heard = transcribe_corpus(Transcriber(bundle.load(str(draft)), BEAM), sets[name])
        add_language_model(
            draft, content, found, fit_platt_scaling(*confidence_pairs(heard)), told["sources"]
        )
        measured = {
            "tuned": {"set": name, "clips": len(drawn), **asdict(found)},
            "language_model": told | _cost(content),
            "sets": {each: compare(draft, utterances) for each, utterances in sets.items()},
        }
        if (draft / FILE).exists():
            card.write_card(draft, dataclasses.replace(Measurements.read(draft), decoders=measured))
        replace(directory, draft)
    return measured


def compare(directory: Path, utterances: Sequence[Utterance]) -> dict[str, Any]:
    """What each decoder makes of a set, by name of the decoder, for JSON."""
    opened = bundle.load(str(directory))
    measured = {}
    for decoder in DECODERS:
        results = transcribe_corpus(Transcriber(opened, decoder), utterances)
        measured[decoder] = {
            key: value for key, value in recognition_report(results).items() if key not in _LEFT_OUT
        } | {
            "expected_calibration_error": calibration_report(results, "ctc")[
                "expected_calibration_error"
            ]
        }
    return measured


_LEFT_OUT = {"corpora", "lengths", "most_frequent_errors"}


def _cost(content: bytes) -> dict[str, Any]:
    """What having the model open costs: bytes of memory, and milliseconds until then."""
    started = time.process_time()
    model = ngram_model.load(content)
    spent = time.process_time() - started
    parts = (model.lexicon, *model.orders)
    arrays = [each for part in parts for each in vars(part).values()]
    memory = sum(each.nbytes for each in arrays if isinstance(each, np.ndarray))
    return {"open_ms": round(1000 * spent, 1), "memory_bytes": memory}


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, write into the bundle, print what was measured."""
    parser = command_parser("add-language-model", __doc__)
    parser.add_argument("directory", type=Path, metavar="BUNDLE")
    parser.add_argument("--language-model", type=Path, required=True, metavar="FILE")
    parser.add_argument("--manifest", type=Path, required=True, help="of the set to tune on")
    parser.add_argument("--measure", type=Path, nargs="*", default=[], metavar="MANIFEST")
    parser.add_argument("--clips", type=int, help="tune on so many, drawn at random")
    parser.add_argument("--beam-size", type=int, default=START.beam_size, help="to keep")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # the card tells the speed of one core
    measured = tune(
        options.directory,
        options.language_model.read_bytes(),
        options.manifest,
        options.measure,
        options.clips,
        dataclasses.replace(START, beam_size=options.beam_size),
    )
    print(json.dumps(measured, indent=1, ensure_ascii=False))

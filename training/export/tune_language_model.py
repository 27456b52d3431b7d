"""Tune the weights of a beam search with a language model, by coordinate descent on word errors."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from asr.acoustic_model import AcousticModel
from asr.decoding import decoders
from asr.decoding.beam_search import BeamSearch
from asr.decoding.ngram_model import NgramModel
from asr.manifest import Alphabet, BeamSearchConfig, Manifest
from asr.recognisers import CtcRecogniser
from asr.types import LogProbs
from training.data.corpus import decode_clip
from training.data.manifest import Utterance
from training.evaluation.metrics import score

START = BeamSearchConfig(lm_weight=0.7, word_score=0.8, unk_score=0.0, beam_size=256)
STEPS: Mapping[str, float] = {"lm_weight": 0.2, "word_score": 0.6, "unk_score": 1.5}
HALVINGS = 2  # of all steps, each time that no step lowers the cost


@dataclass(frozen=True, eq=False)
class AcousticOutput:
    """Reference text of an utterance and its log-probabilities, shape (frames, classes)."""

    text: str
    log_probs: LogProbs


def acoustic_outputs(
    manifest: Manifest, model: AcousticModel, utterances: Sequence[Utterance]
) -> list[AcousticOutput]:
    """Run the acoustic model of a `ctc` bundle once per utterance; the search is then repeated."""
    recogniser = CtcRecogniser(manifest, model, decoders.greedy_decoder(manifest))
    return [
        AcousticOutput(
            each.text, np.concatenate(list(recogniser.log_probs([decode_clip(each).samples])))
        )
        for each in utterances
    ]


def word_errors(
    outputs: Sequence[AcousticOutput], alphabet: Alphabet, model: NgramModel
) -> Callable[[BeamSearchConfig], int]:
    """Return a cost function: the number of word errors on `outputs` with given weights."""
    references = [output.text for output in outputs]

    def cost(weights: BeamSearchConfig) -> int:
        search = BeamSearch(alphabet, model, weights)
        return score(
            references, [search.best_text(output.log_probs) for output in outputs]
        ).word_edits

    return cost


def coordinate_descent(
    cost: Callable[[BeamSearchConfig], float],
    start: BeamSearchConfig = START,
    steps: Mapping[str, float] = STEPS,
) -> BeamSearchConfig:
    """Minimise `cost` by steps along one weight at a time, greedily.

    When no step lowers the cost, all steps are halved, `HALVINGS` times. No weights are tried
    twice, and the language model's weight is never negative.

    Parameters
    ----------
    steps : mapping
        First step of each weight, by field of `BeamSearchConfig`.
    """
    best, least = start, cost(start)
    tried = {start}
    for halving in range(HALVINGS + 1):
        improved = True
        while improved:
            improved = False
            for name, step in steps.items():
                for change in (step, -step):
                    value = round(getattr(best, name) + change / 2**halving, 4)
                    candidate = dataclasses.replace(best, **{name: value})
                    if candidate in tried or candidate.lm_weight < 0:
                        continue
                    tried.add(candidate)
                    if (found := cost(candidate)) < least:
                        best, least, improved = candidate, found, True
    return best

"""Gain and harm of a vocabulary, as JSON: `python -m benchmarks.vocabulary DATA --bundle BUNDLE`.

Of the clips of corpus folders that hold a rare proper name, the share of names that are right
without a vocabulary, with the names of the clip, and with those among 100 names. Of all clips, the
word error rate without a vocabulary and with 100 names of other clips.
"""

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio import audio
from asr.decoding import ngram_model
from asr.decoding.beam_decoder import BeamDecoder
from asr.decoding.decoders import greedy_decoder
from asr.decoding.ngram_model import FIRST_WORD, NgramModel
from asr.decoding.phrase_automaton import LETTER_BONUS
from asr.recognisers import CtcRecogniser
from asr.types import LogProbs
from asr.vocabulary import parse, spoken
from training.data.corpus import CLIP_BUDGET
from training.data.manifest import CORPUS_MANIFEST, read_rows
from training.evaluation.metrics import score

NAMES = 100  # of the long list
RARE_LOG_PROB = -10.5  # of unigrams: below one word in 36,000
NO_NAMES = {"I", "I'm", "I'll", "I've", "I'd", "Mr", "Mrs", "Dr", "St"}
IN_LEXICON_MIN, NOT_IN_LEXICON = -50.0, -100.0
SEED = 19
QUOTES = "\"'\u2018\u2019\u201c\u201d"
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_SENTENCE_END = re.compile(rf"[.!?:][{QUOTES}) ]*$")


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip: its words in plain form, its rare names as written, its log-probabilities."""

    words: str
    names: tuple[str, ...]
    log_probs: LogProbs


def rare_names(text: str, log_probs: dict[str, float]) -> tuple[str, ...]:
    """Capitalised words within sentences, and of all others those that are in no lexicon.

    `log_probs` are unigrams by word; names are rare below `RARE_LOG_PROB`.
    """
    found = (_POSSESSIVE.sub("", match[0]) for match in _WORD.finditer(text))
    starts = (_starts_sentence(text[: match.start()]) for match in _WORD.finditer(text))
    names = [
        word
        for word, start in zip(found, starts, strict=True)
        if word[0].isupper() and len(word) > 2 and word not in NO_NAMES
        if _log_prob(word, log_probs) < (IN_LEXICON_MIN if start else RARE_LOG_PROB)
    ]
    return tuple(dict.fromkeys(names))


def _starts_sentence(before: str) -> bool:
    return not before.strip(QUOTES + " ") or _SENTENCE_END.search(before) is not None


def _log_prob(word: str, log_probs: dict[str, float]) -> float:
    """Unigram log-probability of the rarest part of a name."""
    return min(log_probs.get(part, NOT_IN_LEXICON) for part in spoken(word).split())


def read_clips(folder: Path, opened: bundle.Bundle, model: NgramModel, limit: int) -> list[Clip]:
    """The clips of a corpus folder with rare names, and up to `limit` without any."""
    ids = enumerate(model.lexicon.words(), FIRST_WORD)
    log_probs = {word: float(model.orders[0].log_prob[number]) for number, word in ids}
    manifest = opened.manifest
    recogniser = CtcRecogniser(manifest, AcousticModel(opened), greedy_decoder(manifest))
    rows = [
        (row, rare_names(row["text"], log_probs)) for row in read_rows(folder / CORPUS_MANIFEST)
    ]
    chosen = [row for row in rows if row[1]] + [row for row in rows if not row[1]][:limit]
    clips = []
    for row, names in tqdm(chosen, unit="clip", disable=None):
        waveform = audio.decode(folder / row["file"], CLIP_BUDGET)
        frames = np.concatenate(list(recogniser.log_probs([waveform.samples])))
        clips.append(Clip(spoken(row["text"]), names, frames))
    return clips


def texts(
    decoder: BeamDecoder, clips: Sequence[Clip], names: Sequence[list[str]], letter_bonus: float
) -> Iterator[str]:
    """Plain text of each clip, with a vocabulary of its names."""
    for clip, listed in zip(clips, names, strict=True):
        biased = decoder.with_vocabulary(parse(listed), letter_bonus) if listed else decoder
        yield spoken(" ".join(span.text for span in biased([clip.log_probs])))


def measure(
    decoder: BeamDecoder, clips: Sequence[Clip], baseline: Sequence[str], letter_bonus: float
) -> dict[str, Any]:
    """Names that are right and word error rates, with and without (`baseline`) a vocabulary."""
    named = [clip for clip in clips if clip.names]
    every = list(dict.fromkeys(name for clip in named for name in clip.names))
    chance = random.Random(SEED)

    def others(clip: Clip) -> list[str]:
        """Names of other clips, which the clip does not hold."""
        absent = [name for name in every if f" {spoken(name)} " not in f" {clip.words} "]
        return chance.sample(absent, min(NAMES, len(absent)))

    lists = {
        "own": [list(clip.names) for clip in named],
        "own_among_100": [[*clip.names, *others(clip)][:NAMES] for clip in named],
    }
    found = {key: list(texts(decoder, named, names, letter_bonus)) for key, names in lists.items()}
    found["none"] = [text for clip, text in zip(clips, baseline, strict=True) if clip.names]
    started = perf_counter()
    harmed = list(texts(decoder, clips, [others(clip) for clip in clips], letter_bonus))
    seconds = perf_counter() - started
    return {
        "letter_bonus": letter_bonus,
        "clips_with_names": len(named),
        "names": sum(len(clip.names) for clip in named),
        "names_right": {key: round(_right(named, found[key]), 4) for key in found},
        "wer_of_named": {key: round(_wer(named, found[key]), 4) for key in found},
        "clips": len(clips),
        "wer_none": round(_wer(clips, baseline), 4),
        "wer_others": round(_wer(clips, harmed), 4),
        "seconds_others": round(seconds, 1),
    }


def _wer(clips: Sequence[Clip], hypotheses: Sequence[str]) -> float:
    return score([clip.words for clip in clips], hypotheses).wer


def _right(clips: Sequence[Clip], hypotheses: Sequence[str]) -> float:
    """Share of the names that are among the words of their clip."""
    hits = [
        f" {spoken(name)} " in f" {text} ".replace("'s ", " ")
        for clip, text in zip(clips, hypotheses, strict=True)
        for name in clip.names
    ]
    return sum(hits) / len(hits)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+", help="corpus folders with manifest.tsv")
    parser.add_argument("--bundle", default="", help="default: the embedded bundle")
    parser.add_argument("--clips", type=int, default=500, help="the most clips without names")
    parser.add_argument("--letter-bonus", type=float, nargs="*", default=[LETTER_BONUS])
    options = parser.parse_args(arguments)
    opened = bundle.load(options.bundle)
    language_model = opened.manifest.language_model
    if language_model is None:
        parser.error(f"the bundle {options.bundle!r} has no language model")
    content = opened.read_file(language_model)
    model = ngram_model.load(content)
    folders = options.data
    clips = [c for folder in folders for c in read_clips(folder, opened, model, options.clips)]
    decoder = BeamDecoder(opened.manifest, content, language_model.beam_search)
    baseline = list(texts(decoder, clips, [[] for _ in clips], 0.0))
    for letter_bonus in options.letter_bonus:
        print(json.dumps(measure(decoder, clips, baseline, letter_bonus)), flush=True)


if __name__ == "__main__":
    main()

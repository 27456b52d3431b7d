"""Cut words out of sentences: `python -m training cut-words MANIFEST... --words W... --out DIR`.

Words are located by forced alignment (PocketSphinx, with the model of its wheel). The result is a
corpus of single words, of as many speakers as the sentences have.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from asr.audio.audio import SAMPLE_RATE
from asr.types import Samples
from training.alignment.pocketsphinx import WordAligner
from training.cli import command, command_parser
from training.data.corpus import decode_clip
from training.data.manifest import Utterance, read_manifest, write_manifest
from training.errors import InputError

MARGIN_SECONDS = 0.03  # kept on either side of a word
MIN_SECONDS = 0.15  # shorter words are reduced pronunciations or alignment errors
SEED = 1


def cut_words(
    utterances: Sequence[Utterance], words: Sequence[str]
) -> Iterator[tuple[Utterance, str, Samples]]:
    """Cut each occurrence of `words` out of `utterances`.

    Yields
    ------
    (Utterance, str, NDArray[float32])
        Sentence, word, and the samples of the word, shape (samples,), in [-1, 1] at 16 kHz.
    """
    aligner = WordAligner()
    wanted = frozenset(words)
    candidates = [utterance for utterance in utterances if wanted & set(utterance.text.split())]
    for utterance in tqdm(candidates, unit="clip", disable=not sys.stderr.isatty()):
        samples = decode_clip(utterance).samples
        for word, start, end in aligner.align(samples, utterance.text):
            if word in wanted and round(end - start, 2) >= MIN_SECONDS:
                first, last = (
                    round(edge * SAMPLE_RATE)
                    for edge in (max(start - MARGIN_SECONDS, 0), end + MARGIN_SECONDS)
                )
                # A copy, since a view would keep the whole sentence in memory.
                yield utterance, word, samples[first:last].copy()


def sample_clips(words: Sequence[str], limit: int) -> list[int]:
    """Indices, ascending, of a random choice of up to `limit` clips of each of `words`."""
    order = np.random.default_rng(SEED).permutation(len(words)).tolist()
    counts: Counter[str] = Counter()
    chosen = []
    for index in order:
        counts[words[index]] += 1
        if counts[words[index]] <= limit:
            chosen.append(index)
    return sorted(chosen)


def write_words(
    utterances: Sequence[Utterance], words: Sequence[str], out: Path, limit: int
) -> None:
    """Write a corpus of `words`, up to `limit` clips of each, to the folder `out`.

    The manifest is written last.

    Raises
    ------
    InputError
        If none of the words could be cut.
    """
    cuts = list(cut_words(utterances, words))
    if not cuts:
        raise InputError(
            f"none of the words could be cut from the {len(utterances)} clips: {', '.join(words)}"
        )
    out.mkdir(parents=True, exist_ok=True)
    written = []
    chosen = sample_clips([word for _, word, _ in cuts], limit)
    for index, (utterance, word, samples) in enumerate(cuts[i] for i in chosen):
        name = Path(f"{index:06d}.flac")
        soundfile.write(out / name, samples, SAMPLE_RATE)
        seconds = len(samples) / SAMPLE_RATE
        written.append(replace(utterance, path=name, seconds=seconds, text=word))
    write_manifest(out, written)


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and cut words."""
    parser = command_parser("cut-words", __doc__)
    parser.add_argument("manifests", nargs="+", type=Path, metavar="MANIFEST")
    parser.add_argument("--words", nargs="+", required=True)
    parser.add_argument(
        "--limit", type=int, default=1000, help="maximum clips of a word; default: 1000"
    )
    parser.add_argument("--corpus", help="only clips of this corpus; default: all")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    utterances = [
        utterance
        for manifest in options.manifests
        for utterance in read_manifest(manifest)
        if options.corpus in (None, utterance.corpus)
    ]
    write_words(utterances, options.words, options.out, options.limit)

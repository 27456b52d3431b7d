"""Cut words out of sentences: `python -m training cut-words MANIFEST... --words W... --out DIR`.

Where a word lies is found by forced alignment (PocketSphinx, with the model of its wheel). What
comes out is a corpus of single words, said by as many people as the sentences were.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from pocketsphinx import Decoder
from tqdm import tqdm

from asr.audio import audio
from training.cli import command, command_parser
from training.data.corpus import decode
from training.data.manifest import Utterance, read_manifest, write_manifest
from training.errors import InputError

FRAME = audio.SAMPLE_RATE // 100  # samples to a step of PocketSphinx, 10 ms
MARGIN = 3 * FRAME  # kept on either side of a word
SEED = 1
SHORTEST = 15 * FRAME  # what is shorter was slurred, or is aligned wrongly

Samples = NDArray[np.float32]


def align(decoder: Decoder, samples: Samples, text: str) -> list[tuple[str, int, int]]:
    """Words of `text` with their first and last sample; none where it cannot be aligned."""
    try:
        decoder.set_align_text(text)
        decoder.start_utt()
    except RuntimeError:  # it holds a word that is not in the dictionary
        return []
    decoder.process_raw(np.round(samples * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    return [
        # A second pronunciation of a word is called "word(2)".
        (s.word.partition("(")[0], s.start_frame * FRAME, (s.end_frame + 1) * FRAME)
        for s in decoder.seg() or ()
    ]


def isolated(
    utterances: Sequence[Utterance], words: Sequence[str]
) -> Iterator[tuple[Utterance, str, Samples]]:
    """Each of `words` that is said in `utterances`, with its samples."""
    decoder = Decoder(samprate=audio.SAMPLE_RATE, lm=None, loglevel="FATAL")
    wanted = frozenset(words)
    saying = [utterance for utterance in utterances if wanted & set(utterance.text.split())]
    for utterance in tqdm(saying, unit="clip", disable=not sys.stderr.isatty()):
        samples = decode(utterance).samples
        for word, start, end in align(decoder, samples, utterance.text):
            if word in wanted and end - start >= SHORTEST:
                # A copy, since a view would keep the whole sentence in memory.
                yield utterance, word, samples[max(start - MARGIN, 0) : end + MARGIN].copy()


def drawn(words: Sequence[str], most: int) -> list[int]:
    """Indices into `words`, ascending, of `most` of each that come more often, else of all."""
    order = np.random.default_rng(SEED).permutation(len(words)).tolist()
    taken: Counter[str] = Counter()
    chosen = []
    for index in order:
        taken[words[index]] += 1
        if taken[words[index]] <= most:
            chosen.append(index)
    return sorted(chosen)


def write(utterances: Sequence[Utterance], words: Sequence[str], out: Path, most: int) -> None:
    """Write the corpus of `words`, `most` of each, into the folder `out`, its manifest last.

    Raises
    ------
    InputError
        If none of the words is said.
    """
    cuts = list(isolated(utterances, words))
    if not cuts:
        raise InputError("none of the words is said where it could be cut out")
    out.mkdir(parents=True, exist_ok=True)
    written = []
    chosen = drawn([word for _, word, _ in cuts], most)
    for index, (utterance, word, samples) in enumerate(cuts[i] for i in chosen):
        name = Path(f"{index:06d}.flac")
        soundfile.write(out / name, samples, audio.SAMPLE_RATE)
        seconds = len(samples) / audio.SAMPLE_RATE
        written.append(replace(utterance, path=name, seconds=seconds, text=word))
    write_manifest(out, written)


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and cut."""
    parser = command_parser("cut-words", __doc__)
    parser.add_argument("manifests", nargs="+", type=Path, metavar="MANIFEST")
    parser.add_argument("--words", nargs="+", required=True)
    parser.add_argument("--most", type=int, default=1000, help="clips of one word; default: 1000")
    parser.add_argument("--corpus", help="only of this name; default: all")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    utterances = [
        utterance
        for manifest in options.manifests
        for utterance in read_manifest(manifest)
        if options.corpus in (None, utterance.corpus)
    ]
    write(utterances, options.words, options.out, options.most)

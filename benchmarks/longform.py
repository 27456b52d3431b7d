"""Effect of windowed decoding on long audio, compared with decoding in one piece.

`python -m benchmarks.longform --bundle DIR --manifest DIR/manifest.tsv --minutes 2` joins clips of
one speaker to recordings of that length, and prints as JSON the word and character edit rates
between the two transcripts, and the inference time of each.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from asr import bundle
from asr.audio import audio
from asr.transcriber import Transcriber
from asr.types import Samples
from training.data.corpus import CLIP_BUDGET
from training.data.manifest import Utterance, read_manifest
from training.evaluation.metrics import score

HOUR = 3600.0


def recordings(utterances: Sequence[Utterance], seconds: float) -> Iterator[Samples]:
    """Join clips of one speaker to waveforms of at least `seconds`; the remainder is dropped."""
    for _, clips in groupby(sorted(utterances, key=_speaker), key=_speaker):
        joined: list[Samples] = []
        for clip in clips:
            joined.append(audio.decode(clip.path, CLIP_BUDGET).samples)
            if sum(map(len, joined)) >= seconds * audio.SAMPLE_RATE:
                yield np.concatenate(joined)
                joined = []


def _speaker(utterance: Utterance) -> str:
    return utterance.speaker


def compare_windowing(opened: bundle.Bundle, waveforms: Sequence[Samples]) -> dict[str, Any]:
    """Transcribe each waveform in windows and in one piece, which is the reference."""
    windowed = Transcriber(opened)
    one_window = replace(opened.manifest, window_seconds=HOUR)
    whole = Transcriber(replace(opened, manifest=one_window))
    transcribers = {"windows": windowed, "whole": whole}
    results = {
        name: [transcriber.transcribe_waveform(audio.Waveform(w)) for w in waveforms]
        for name, transcriber in transcribers.items()
    }
    texts = {name: [t.text for t in transcripts] for name, transcripts in results.items()}
    edits = score(texts["whole"], texts["windows"])
    return {
        "recordings": len(waveforms),
        "minutes": round(sum(map(len, waveforms)) / audio.SAMPLE_RATE / 60, 1),
        "words": edits.words,
        "word_edits": round(edits.wer, 4),
        "character_edits": round(edits.cer, 4),
        "inference_ms": {
            name: round(sum(t.timing.inference_ms for t in transcripts))
            for name, transcripts in results.items()
        },
    }


def main() -> None:
    """Read the command line and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", default="")
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--recordings", type=int, default=5)
    options = parser.parse_args()
    cut = recordings(read_manifest(options.manifest), options.minutes * 60)
    waveforms = [w for w, _ in zip(cut, range(options.recordings), strict=False)]
    print(json.dumps(compare_windowing(bundle.load(options.bundle), waveforms), indent=2))


if __name__ == "__main__":
    main()

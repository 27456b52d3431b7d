"""Synthesise a speech corpus: `python -m training synthesize TEXT --hours H --out DIR`.

The corpus (FLAC at 16 kHz and a `manifest.tsv`) is spoken by free engines; its speakers are named
`engine:voice:variant`. Speakers of `voices.HELD_OUT`, and one sentence in 25, occur only in the
corpus of `--hold-out`, for any seed, so that a model can be tested on unseen voices and sentences.
The same command continues an interrupted corpus.

CPU time of an engine for a sentence of 5 s: espeak-ng 13 ms, flite 10 (kal16) to 58, pico 27,
RHVoice 160, festival 170 to 310, 160 of which are its start. All engines together make 25 s of
speech per second on one core: 0.4 hours per minute.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from training.cli import command, command_parser
from training.data import sentences
from training.data.manifest import CORPUS_MANIFEST, HEADER
from training.errors import InputError
from training.synthesis.engines import ENGINES
from training.synthesis.plan import PlannedClip, SynthesisPlan
from training.synthesis.render import render_clip
from training.synthesis.voices import Voice

CLIPS_PER_FLUSH = 64  # clips between two writes of the manifest


def synthesize_corpus(out: Path, plan: SynthesisPlan, hours: float, jobs: int) -> str:
    """Synthesise or continue the corpus of `plan` in the folder `out`, up to `hours`.

    Returns
    -------
    str
        Throughput, in total and by engine.

    Raises
    ------
    InputError
        If the folder holds a corpus of another plan, the plan has no voice or no sentence, or
        every engine fails.
    """
    if not plan.voices or not plan.sentences:
        raise InputError(f"{out}: no {'sentence' if plan.voices else 'voice'} for this corpus")
    last_file, seconds_before = _resume(out, plan)
    seconds, started = seconds_before, time.monotonic()
    speech_seconds: defaultdict[str, float] = defaultdict(float)
    engine_seconds: defaultdict[str, float] = defaultdict(float)

    def timed(clip: PlannedClip) -> tuple[PlannedClip, float, float]:
        start = time.monotonic()
        return clip, render_clip(clip, out), time.monotonic() - start

    clips = (clip for clip in plan.clips() if clip.file > last_file)
    with (
        ThreadPoolExecutor(jobs) as pool,
        (out / CORPUS_MANIFEST).open("a", encoding="utf-8") as manifest,
    ):
        while seconds < hours * 3600:
            for clip, length, elapsed in pool.map(timed, islice(clips, CLIPS_PER_FLUSH)):
                speech_seconds[clip.voice.engine] += length
                engine_seconds[clip.voice.engine] += elapsed
                if seconds >= hours * 3600:
                    (out / clip.file).unlink(missing_ok=True)
                elif length:
                    manifest.write(_row(clip, length))
                    seconds += length
            manifest.flush()
            if not sum(speech_seconds.values()):
                engines = ", ".join(sorted(speech_seconds))
                raise InputError(f"no usable speech from the engines {engines}")
    elapsed = time.monotonic() - started
    return _throughput(seconds - seconds_before, elapsed, speech_seconds, engine_seconds)


def _resume(out: Path, plan: SynthesisPlan) -> tuple[str, float]:
    """Last file of the corpus in `out`, and its seconds of speech; a new corpus has none."""
    out.mkdir(parents=True, exist_ok=True)
    stored, manifest = out / "plan.json", out / CORPUS_MANIFEST
    if not stored.exists():
        manifest.write_text(HEADER, encoding="utf-8")
        stored.write_text(json.dumps(plan.identity()), encoding="utf-8")
    if json.loads(stored.read_text(encoding="utf-8")) != plan.identity():
        raise InputError(
            f"{out} has a corpus of another seed, other voices or other text; "
            "use its options, or another folder"
        )
    lines = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    complete = [line for line in lines if line.endswith("\n")]  # an interrupted write may cut one
    manifest.write_text("".join(complete), encoding="utf-8")
    rows = [line.split("\t") for line in complete[1:]]
    return (rows[-1][0] if rows else ""), sum(float(row[1]) for row in rows)


def _row(clip: PlannedClip, seconds: float) -> str:
    voice = clip.voice
    return f"{clip.file}\t{seconds:.3f}\t{voice.identifier}\t{voice.engine}\t{clip.sentence}\n"


def _throughput(
    seconds: float,
    elapsed: float,
    speech_seconds: Mapping[str, float],
    engine_seconds: Mapping[str, float],
) -> str:
    engines = ", ".join(
        f"{name} {speech_seconds[name] / engine_seconds[name]:.0f}"
        for name in sorted(speech_seconds)
    )
    return (
        f"{seconds / 3600:.2f} hours in {elapsed / 60:.1f} minutes: "
        f"{seconds / 60 / max(elapsed, 1e-9):.2f} hours a minute. "
        f"Seconds of speech a second of one job: {engines or 'no clip was left to synthesise'}."
    )


def installed_voices(names: Sequence[str]) -> list[Voice]:
    """Voices of the named engines that are installed; prints the engines that are not.

    Raises
    ------
    InputError
        If no engine is installed.
    """
    voices: list[Voice] = []
    for name in names:
        engine = ENGINES[name]
        if engine.installed():
            voices += engine.voices()
        else:
            print(f"{name} is not installed; Debian packages: {engine.packages}", file=sys.stderr)
    if not voices:
        raise InputError(f"none of the engines is installed: {', '.join(names)}")
    return voices


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and synthesise."""
    parser = command_parser("synthesize", __doc__)
    parser.add_argument("text", type=Path, nargs="+", help="text files, one sentence a line")
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold-out", type=Path, help="folder of a test corpus to make as well")
    parser.add_argument("--hold-out-hours", type=float, default=0.3)
    parser.add_argument(
        "--vocabulary", type=int, help="only sentences of this many most frequent words"
    )
    parser.add_argument(
        "--variation",
        type=float,
        default=1.0,
        help="variation of rate, pitch and vocal tract; 0: each voice unmodified; default: 1",
    )
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    selected = sentences.read_sentences(options.text)
    if options.vocabulary:
        selected = sentences.restrict_vocabulary(selected, options.vocabulary)
    if not selected:
        raise InputError("no line of the text files is a sentence that is read as it is spelled")
    voices = installed_voices(options.engines)
    print(f"{len(voices)} voices, {len(selected):,} sentences")
    corpora = [(options.out, options.hours, False)]
    if options.hold_out:
        corpora.insert(0, (options.hold_out, options.hold_out_hours, True))
    for out, hours, held_out in corpora:
        plan = SynthesisPlan(
            options.seed,
            [voice for voice in voices if voice.held_out == held_out],
            [sentence for sentence in selected if sentences.is_held_out(sentence) == held_out],
            options.variation,
        )
        print(f"{out}: {synthesize_corpus(out, plan, hours, options.jobs)}")

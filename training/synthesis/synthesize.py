"""Speak open text with free synthesisers: `python -m training synthesize TEXT --hours H --out DIR`.

What comes out is a corpus (FLAC at 16 kHz and a `manifest.tsv`) whose speaker is
`engine:voice:variant`. The people of `voices.HELD_OUT`, and one sentence in 25, are in no such
corpus but in that of `--hold-out`, whatever the seed: a model can be tested on voices and sentences
that it has not heard. The same command continues a run that was stopped.

Measured, CPU time of an engine for a sentence of 5 s: espeak-ng 13 ms, flite 10 (kal16) to 58, pico
27, RHVoice 160, festival 170 to 310, of which 160 go to its start. All together, 25 s of speech a
second of one core: 0.4 hours a minute.
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
from training.data.manifest import HEADER, MANIFEST
from training.errors import InputError
from training.synthesis.engines import ENGINES
from training.synthesis.plan import Clip, Plan, draw
from training.synthesis.render import speak
from training.synthesis.voices import Voice

BLOCK = 64  # clips between two additions to the manifest


def make(out: Path, plan: Plan, hours: float, jobs: int) -> str:
    """Speak `plan` into the folder `out` until it holds `hours`, from where it had been left.

    Returns
    -------
    str
        How fast it went, by engine too.

    Raises
    ------
    InputError
        If the folder holds a corpus of another plan, or there is nothing to say or nobody to say
        it, or no engine can speak.
    """
    if not plan.voices or not plan.sentences:
        raise InputError(f"{out}: no {'sentence' if plan.voices else 'voice'} is for this corpus")
    done, before = _left_off(out, plan)
    seconds, began = before, time.monotonic()
    spoken: defaultdict[str, float] = defaultdict(float)
    worked: defaultdict[str, float] = defaultdict(float)

    def timed(clip: Clip) -> tuple[Clip, float, float]:
        start = time.monotonic()
        return clip, speak(clip, out), time.monotonic() - start

    clips = (clip for clip in draw(plan) if clip.file > done)
    with ThreadPoolExecutor(jobs) as pool, (out / MANIFEST).open("a", encoding="utf-8") as manifest:
        while seconds < hours * 3600:
            for clip, length, work in pool.map(timed, islice(clips, BLOCK)):
                spoken[clip.voice.engine] += length
                worked[clip.voice.engine] += work
                if seconds >= hours * 3600:
                    (out / clip.file).unlink(missing_ok=True)
                elif length:
                    manifest.write(_row(clip, length))
                    seconds += length
            manifest.flush()
            if not sum(spoken.values()):
                raise InputError("No engine says anything that can be used.")
    return _speed(seconds - before, time.monotonic() - began, spoken, worked)


def _left_off(out: Path, plan: Plan) -> tuple[str, float]:
    """The last file of the corpus in `out` and the seconds in it; a new one has none."""
    out.mkdir(parents=True, exist_ok=True)
    stored, manifest = out / "plan.json", out / MANIFEST
    if not stored.exists():
        manifest.write_text(HEADER, encoding="utf-8")
        stored.write_text(json.dumps(plan.identity()), encoding="utf-8")
    if json.loads(stored.read_text(encoding="utf-8")) != plan.identity():
        raise InputError(f"{out} was made with another seed, other voices or other text.")
    lines = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]  # the last may have been cut off
    manifest.write_text("".join(whole), encoding="utf-8")
    rows = [line.split("\t") for line in whole[1:]]
    return (rows[-1][0] if rows else ""), sum(float(row[1]) for row in rows)


def _row(clip: Clip, seconds: float) -> str:
    voice = clip.voice
    return f"{clip.file}\t{seconds:.3f}\t{voice.speaker}\t{voice.engine}\t{clip.sentence}\n"


def _speed(
    seconds: float, elapsed: float, spoken: Mapping[str, float], worked: Mapping[str, float]
) -> str:
    engines = ", ".join(f"{name} {spoken[name] / worked[name]:.0f}" for name in sorted(spoken))
    return (
        f"{seconds / 3600:.2f} hours in {elapsed / 60:.1f} minutes: "
        f"{seconds / 60 / max(elapsed, 1e-9):.2f} hours a minute. "
        f"Seconds of speech a second of one job: {engines or 'nothing was left to do'}."
    )


def installed(names: Sequence[str]) -> list[Voice]:
    """The voices of those of the named engines that are here; says which are not.

    Raises
    ------
    InputError
        If none is.
    """
    voices: list[Voice] = []
    for name in names:
        engine = ENGINES[name]
        if engine.installed():
            voices += engine.voices()
        else:
            print(f"{name} is not here; Debian has it as: {engine.packages}", file=sys.stderr)
    if not voices:
        raise InputError("None of the engines is here.")
    return voices


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and speak."""
    parser = command_parser("synthesize", __doc__)
    parser.add_argument("text", type=Path, nargs="+", help="open text, one sentence a line")
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold-out", type=Path, help="folder of a corpus for tests, made as well")
    parser.add_argument("--hold-out-hours", type=float, default=0.3)
    parser.add_argument(
        "--vocabulary", type=int, help="take sentences of so many most frequent words alone"
    )
    parser.add_argument(
        "--variation", type=float, default=1.0, help="0: each voice as it is; more: harder"
    )
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    spoken = sentences.read(options.text)
    if options.vocabulary:
        spoken = sentences.of_common_words(spoken, options.vocabulary)
    if not spoken:
        raise InputError("None of the lines is a sentence that can be spoken as it is written.")
    voices = installed(options.engines)
    print(f"{len(voices)} voices, {len(spoken):,} sentences that can be spoken")
    wanted = [(options.out, options.hours, False)]
    if options.hold_out:
        wanted.insert(0, (options.hold_out, options.hold_out_hours, True))
    for out, hours, held_out in wanted:
        plan = Plan(
            options.seed,
            [voice for voice in voices if voice.held_out == held_out],
            [sentence for sentence in spoken if sentences.held_out(sentence) == held_out],
            options.variation,
        )
        print(f"{out}: {make(out, plan, hours, options.jobs)}")

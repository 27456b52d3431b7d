"""The tables of model cards, in Markdown, of what `training.evaluation.report` gives by name of the set."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Sets = Mapping[str, Mapping[str, Any]]
Rates = Mapping[str, Any]

MISTAKES = 5  # of each kind, by set


def by_corpus(sets: Sets, kind: str) -> str:
    """Rates of each set in all and by corpus."""
    return _table(("set", "corpus", *_COLUMNS[kind]), _rows(sets, "corpora", kind, "all"))


def by_length(sets: Sets, kind: str) -> str:
    """Rates of each set by band of length."""
    return _table(("set", "length of clip", *_COLUMNS[kind]), _rows(sets, "lengths", kind))


def beside(name: str, sets: Sets, reference: Mapping[str, Any]) -> str:
    """The error rates of a model and of a reference on the sets that the latter heard."""
    rows = []
    for test, other in reference["sets"].items():
        for recogniser, report in (
            (name, sets.get(test)),
            (reference["recogniser"]["name"], other),
        ):
            if report:
                rates, speed = report["all"], report["real_time_factor"]
                clips = f"{rates['utterances']} of {report['clips_listed']}"
                rows.append((test, recogniser, clips, *_speech(rates)[2:5], f"{speed:.3f}"))
    columns = ("set", "recogniser", "clips", *_COLUMNS["ctc"][2:5], "real-time factor")
    return _table(columns, rows)


def decoders(sets: Sets) -> str:
    """What each decoder makes of each set, and in which time."""
    rows = []
    for name, measured in sets.items():
        for decoder, report in measured.items():
            rates = report["all"]
            rows.append(
                (
                    name,
                    decoder,
                    *_speech(rates)[:5],
                    f"{1000 * report['real_time_factor']:.1f} ms",
                    f"{report['expected_calibration_error']:.3f}",
                )
            )
    columns = (*_COLUMNS["ctc"][:5], "a second of audio", "calibration error")
    return _table(("set", "decoder", *columns), rows)


def mistakes(sets: Sets) -> str:
    """The most frequent edits of each set, with their counts."""
    rows = []
    for name, report in sets.items():
        found = report["mistakes"]
        substituted = [f"{said} → {heard} ({n})" for said, heard, n in found["substitutions"]]
        others = [
            [f"{word} ({n})" for word, n in found[kind]] for kind in ("deletions", "insertions")
        ]
        rows.append((name, *(", ".join(edits[:MISTAKES]) for edits in (substituted, *others))))
    return _table(("set", "said → heard", "deleted", "inserted"), rows)


def word_times(sets: Sets) -> str:
    """How far times stray, by set and by who aligned."""
    rows = []
    for name, report in sets.items():
        for aligner, errors in report["word_times"].items():
            if errors:
                distances = (errors[key] for key in ("median", "mean", "percentile_95"))
                in_words = (f"{1000 * distance:.0f} ms" for distance in distances)
                rows.append((name, aligner, errors["words"], *in_words))
    return _table(("set", "aligned by", "words", "median", "mean", "95 % are within"), rows)


def texts(sources: Iterable[Mapping[str, Any]]) -> str:
    """What a language model has learned from."""
    rows = ((each["name"], each["license"], each["reference"]) for each in sources)
    return _table(("text", "licence", "reference"), rows)


def _rows(sets: Sets, grouping: str, kind: str, total: str = "") -> Iterator[Sequence[object]]:
    for name, report in sets.items():
        groups = {total: report["all"], **report[grouping]} if total else report[grouping]
        for group, rates in groups.items():
            yield (name, group, *_CELLS[kind](rates))


def _speech(rates: Rates) -> tuple[object, ...]:
    low, high = rates["wer_interval"]
    return (
        rates["utterances"],
        rates["words"],
        f"{rates['wer']:.3f}",
        f"{rates['cer']:.3f}",
        f"{low:.3f} to {high:.3f}",
        rates["substitutions"],
        rates["deletions"],
        rates["insertions"],
    )


def _words(rates: Rates) -> tuple[object, ...]:
    return rates["utterances"], rates["right"], f"{rates['accuracy']:.3f}"


_CELLS = {"ctc": _speech, "keyword": _words}
_COLUMNS: dict[str, tuple[str, ...]] = {
    "ctc": (
        "clips", "words", "WER", "CER", "WER, 95 % interval", "substituted", "deleted", "inserted",
    ),
    "keyword": ("clips", "right", "accuracy"),
}  # fmt: skip


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)

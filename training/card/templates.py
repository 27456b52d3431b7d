"""The texts of model cards, to be filled in by `training.card.text`."""

from dataclasses import dataclass

HEAD = """\
# {name} {version}

{what}: {parameters:,} parameters, {megabytes:.1f} MB of TorchScript
({precision}), {how}. Licence:
{license}.
"""

TRAINED = (
    HEAD
    + """
It is trained from random weights on the few hours of speech listed below, so that this repository
holds a model that anyone may use and reproduce. {expectation}

## {heading}

Measured on the file of this bundle, through the pipeline that serves
(`python -m training evaluate`). {how_sure}

{by_corpus}

{by_length}

Real-time factor there, one clip at a time on one core: {speed}.
{more}
## Confidence

A word's confidence is the probability that it is right. The log-odds of {basis}
are scaled by {scale:g} and shifted by {bias:g}, fitted on {calibrated} (Platt 1999).
Expected calibration error over 10 bins (Naeini et al. 2015): {calibration}.

![Share of words that are right, by their confidence](reliability.svg)

## Trained on

{sources}

## How it learned

![Curves of the training run](curves.svg)
"""
)

FIDELITY = """
Against the network as trained, in float32, on the first {0.clips} clips of {1}: log-probabilities
differ by {0.mean_difference:.2g} on average and {0.max_difference:.2g} at most; WER
{0.wer:.3f} against {0.network_wer:.3f}.
"""

REFERENCE = """
### Beside PocketSphinx

A recogniser of hidden Markov models with a dictionary and a language model of its own, whose Python
wheel carries a model: everyone can measure it (`python -m training evaluate --reference
pocketsphinx`). {drawn}

{beside}
"""

DRAWN = "It heard clips that were drawn at random (seed {seed})."

MISTAKES = """
### Most frequent mistakes

{mistakes}
"""

TIMES = """
## Times of words

How far the start and the end of a word that was heard right lie from those that a forced alignment
with what was said finds: in the log-probabilities of the model itself, which tells what greedy
decoding adds, and by PocketSphinx, which knows nothing of this model and finds where words are
(where it knows them all). An output frame lasts {frame_ms:g} ms.

{word_times}
"""

BEAM = """
## With a language model

`decoder=beam` searches with the n-gram model in `{file}` ({megabytes:.1f} MB; in memory
{memory_megabytes:.1f} MB, read in {open_ms:.0f} ms when it is first asked for). It keeps
{search.hypotheses} hypotheses, weighs the language by {search.language:g}, and adds {search.word:g}
for a word and {search.unknown:g} more for one that is not in the vocabulary: found on {clips} clips
of {tuned}, whose own figures are so much the better for it.

{decoders}

The model has {words:,} words and n-grams of up to {longest} words ({ngrams}), by modified
Kneser-Ney (Chen and Goodman 1999), from {sentences:,} sentences of {running:,} words. {without}
{foretold} Confidence of what the search hears: as below, but scaled by
{confidence.scale:g} and shifted by {confidence.bias:g}.

{sources}
"""

WITHOUT = "None of these is said in {sets}, or shares a run of six words with what is."

FORETOLD = """On {sentences:,} more sentences its perplexity is {perplexity:g}, with {unknown:.1%}
of the words not in the vocabulary."""

CONFUSIONS = "\n![What was heard for what was said](confusions.svg)\n"

PUBLISHED = (
    HEAD
    + """
{about}

## Error rates

{rates} None of it was measured on this file; `python -m training evaluate --bundle DIR --manifest
manifest.tsv` measures it.

## Confidence

Not calibrated: a word's confidence is the mean probability of its characters.

## Trained on

{sources}
"""
)


@dataclass(frozen=True)
class Wording:
    """What the card of one kind of bundle says in its own way."""

    what: str
    how: str
    expectation: str
    heading: str
    how_sure: str
    basis: str


WORDINGS = {
    "ctc": Wording(
        what="An English speech recogniser",
        how="characters by CTC, one frame each {frame_ms:g} ms, decoded greedily",
        expectation="""Its error rates say what to expect; where a
published model trained on thousands of hours can be had, use that one for production.""",
        heading="Error rates",
        how_sure="""Intervals of
WER are by bootstrap over clips (Bisani and Ney 2004).""",
        basis="the mean probability of\nits characters",
    ),
    "keyword": Wording(
        what="A classifier of single words in clips of up to {window_seconds:g} seconds",
        how="one of {classes} words a clip",
        expectation="""It knows these words and
no other, and takes whatever else is said for one of them: {words}.""",
        heading="Accuracy",
        how_sure="",
        basis="the word's probability",
    ),
}

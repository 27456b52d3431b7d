"""Build the keyword data set of more speakers: `python -m training keyword-data --data DIR`.

Beside the downloaded corpora in `--data` it writes `words-cut`, the recipe's labels cut from the
sentences there by forced alignment, and `words-synthetic`, all labels from speech synthesisers.
Without them the acoustics of a corpus, or of its few speakers, would predict the word.
"""

from collections.abc import Sequence
from pathlib import Path

from training.alignment import cut_words
from training.cli import command, command_parser
from training.data.manifest import CORPUS_MANIFEST, read_manifest
from training.errors import InputError
from training.recipe import Recipe
from training.synthesis.engines import ENGINES
from training.synthesis.plan import SynthesisPlan
from training.synthesis.synthesize import installed_voices, synthesize_corpus

RECIPE = Path(__file__).parents[1] / "recipes" / "keyword_gru.yaml"
SENTENCES = "sentences-train*/manifest.tsv"
CUT, SYNTHETIC = "words-cut", "words-synthetic"
MAX_CLIPS_PER_WORD = 1000  # cut from sentences: in effect all, since recipes balance the classes
SYNTHETIC_HOURS = 0.3425  # 67 clips of each word
SEED = 1


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and build the missing data sets."""
    parser = command_parser("keyword-data", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of data sets")
    parser.add_argument("--recipe", type=Path, default=RECIPE, help="recipe with the labels")
    parser.add_argument(
        "--hours", type=float, default=SYNTHETIC_HOURS, help="duration of the synthetic words"
    )
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--jobs", type=int, default=2, help="synthesisers run in parallel")
    options = parser.parse_args(arguments)
    words = Recipe.read(options.recipe).parameters["labels"]
    if not (options.data / CUT / CORPUS_MANIFEST).exists():
        sentences = [
            utterance
            for manifest in sorted(options.data.glob(SENTENCES))
            for utterance in read_manifest(manifest)
        ]
        if not sentences:
            raise InputError(
                f"{options.data} has no {SENTENCES} to cut words from: download a corpus first"
            )
        cut_words.write_words(sentences, words, options.data / CUT, MAX_CLIPS_PER_WORD)
    voices = [voice for voice in installed_voices(options.engines) if not voice.held_out]
    plan = SynthesisPlan(SEED, voices, words)
    print(synthesize_corpus(options.data / SYNTHETIC, plan, options.hours, options.jobs))

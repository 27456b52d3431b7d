"""Single words of more people, for a recipe of keywords: `python -m training keyword-data --data DIR`.

Beside the corpora that are in the folder come `words-cut`, its labels as they are said in the
sentences there, and `words-synthetic`, all of them as synthesisers say them. Without these a
corpus, or one of its four people, would give the word away.
"""

from collections.abc import Sequence
from pathlib import Path

from training.alignment import cut_words
from training.cli import command, command_parser
from training.data.manifest import MANIFEST, read_manifest
from training.errors import InputError
from training.recipe import Recipe
from training.synthesis.engines import ENGINES
from training.synthesis.plan import Plan
from training.synthesis.synthesize import installed, make

RECIPE = Path(__file__).parents[1] / "recipes" / "keyword_gru.yaml"
SENTENCES = "sentences-train*/manifest.tsv"
CUT, SYNTHETIC = "words-cut", "words-synthetic"
MOST = (
    1000  # clips of a word cut from sentences: all that there are, since a recipe can balance them
)
HOURS = 0.3425  # of synthetic words: 67 of each
SEED = 1


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; make what is not there."""
    parser = command_parser("keyword-data", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of corpus folders")
    parser.add_argument("--recipe", type=Path, default=RECIPE, help="whose labels are the words")
    parser.add_argument("--hours", type=float, default=HOURS, help="of synthetic words")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    words = Recipe.read(options.recipe).parameters["labels"]
    if not (options.data / CUT / MANIFEST).exists():
        sentences = [
            utterance
            for manifest in sorted(options.data.glob(SENTENCES))
            for utterance in read_manifest(manifest)
        ]
        if not sentences:
            raise InputError(f"{options.data} has no {SENTENCES} to cut words from")
        cut_words.write(sentences, words, options.data / CUT, MOST)
    voices = [voice for voice in installed(options.engines) if not voice.held_out]
    print(make(options.data / SYNTHETIC, Plan(SEED, voices, words), options.hours, options.jobs))

"""ARPA format: export an n-gram model for KenLM, SRILM, flashlight and others."""

import math
from pathlib import Path

from asr.decoding.ngram_model import START, NgramModel

SPECIAL_WORDS = ("<s>", "</s>", "<unk>")  # START, END, UNKNOWN
LOG_ZERO = -99.0  # base 10; the format's value for <s>, which is never predicted


def write_arpa(model: NgramModel, path: Path) -> None:
    """Write a model as a text file in the ARPA format, with logarithms to base 10.

    The character bigrams of out-of-vocabulary words have no place in the format; `<unk>` has the
    log-probability of all such words together.
    """
    words = [*SPECIAL_WORDS, *model.lexicon.words()]
    counts = [f"ngram {order}={len(table.keys)}" for order, table in enumerate(model.orders, 1)]
    grams: list[str] = []
    with path.open("w", encoding="utf-8") as file:
        print("\n\\data\\", *counts, sep="\n", file=file)
        for order, table in enumerate(model.orders, start=1):
            print(f"\n\\{order}-grams:", file=file)
            contexts, ids = divmod(table.keys, model.vocabulary_size)
            # Unigrams have no context; the context of a longer n-gram is one of the last order.
            prefixes = [f"{grams[index]} " for index in contexts] if grams else [""] * len(ids)
            grams = [prefix + words[number] for prefix, number in zip(prefixes, ids, strict=True)]
            for index, gram in enumerate(grams):
                never = order == 1 and index == START
                log_prob = LOG_ZERO if never else float(table.log_prob[index]) / math.log(10)
                line = f"{log_prob:.6f}\t{gram}"
                if len(table.backoff):
                    line += f"\t{float(table.backoff[index]) / math.log(10):.6f}"
                print(line, file=file)
        print("\n\\end\\", file=file)

"""How words are pronounced: the phones of the CMU Pronouncing Dictionary, as a CTC target.

English letters are a poor account of sounds: half-way up, a network is better asked for phones,
and spells with what they tell (hierarchical CTC: Sanabria and Metze 2018, Krishna et al. 2018).
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pocketsphinx
import torch
from torch import Tensor

# ARPAbet without stress, then the CTC blank: 40 classes.
PHONES = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH"),
    *("IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH"),
    *("UW", "V", "W", "Y", "Z", "ZH"),
)
BLANK = len(PHONES)
CLASSES = len(PHONES) + 1

_INDEX = {phone: index for index, phone in enumerate(PHONES)}


@cache
def dictionary() -> dict[str, list[int]]:
    """Each word that PocketSphinx's wheel has in its dictionary, with the first way to say it."""
    said: dict[str, list[int]] = {}
    file = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    for line in file.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        said.setdefault(word.partition("(")[0], [_INDEX[phone] for phone in phones])
    return said


def encode(text: str) -> list[int]:
    """Class indices of the phones of normalised `text`; none if it has a word that is not known."""
    known = dictionary()
    words = text.split()
    return [p for word in words for p in known[word]] if all(w in known for w in words) else []


def targets(texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Padded phones (B, U) of texts, and how many each has (B,)."""
    spoken = [torch.tensor(encode(text), dtype=torch.long) for text in texts]
    padded = torch.nn.utils.rnn.pad_sequence(spoken, batch_first=True)
    return padded, torch.tensor([len(phones) for phones in spoken])

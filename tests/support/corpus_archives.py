"""Small archives in the layouts of public corpora."""

import io
import tarfile

import numpy as np
import soundfile

from tests.support.tone_corpus import HEADER

LIBRISPEECH = "LibriSpeech/test-clean/61/70968/61-70968"
COMMON_VOICE = "cv-corpus-1/en"
# Members of each archive: text, or the seconds of a sound file.
ARCHIVES = {
    "librispeech/test-clean": {
        f"{LIBRISPEECH}.trans.txt": "61-70968-0000 HE BEGAN\n61-70968-0001 YOUR'S\n",
        f"{LIBRISPEECH}-0000.flac": 0.5,
        f"{LIBRISPEECH}-0001.flac": 0.25,
    },
    "speech-commands/0.01": {
        "./validation_list.txt": "bed/00f0204f_nohash_0.wav\n",
        "./testing_list.txt": "cat/00176480_nohash_0.wav\n",
        "./bed/00f0204f_nohash_0.wav": 0.25,
        "./cat/00176480_nohash_0.wav": 0.25,
        "./cat/00f0204f_nohash_0.wav": 0.25,
        "./_background_noise_/pink.wav": 1.0,
    },
    "ljspeech": {
        "LJSpeech-1.1/metadata.csv": 'LJ001-0001|In "14"|In "fourteen"\n',
        "LJSpeech-1.1/wavs/LJ001-0001.wav": 0.75,
    },
    "an4": {
        "an4/etc/an4_train.transcription": "<s> YES </s> (an1-fash-b)\n",
        "an4/etc/an4_test.transcription": "C M U (cen1-mmxg-b)\n",
        "an4/wav/an4_clstk/fash/an1-fash-b.sph": 0.25,
        "an4/wav/an4test_clstk/mmxg/cen1-mmxg-b.sph": 0.5,
    },
    "common-voice": {
        **{
            f"{COMMON_VOICE}/{split}.tsv": "client_id\tpath\tsentence\tage\n"
            f'ab{split}\t{split}.mp3\t"Well," he said.\t\n'
            for split in ("train", "dev", "test")
        },
        **{f"{COMMON_VOICE}/clips/{split}.mp3": 0.5 for split in ("train", "dev", "test", "odd")},
    },
    "folder": {
        "mine/manifest.tsv": f"{HEADER}a/1.ogg\t0.5\tvctk:p225\tvctk\tPlease call.\n",
        "mine/a/1.ogg": 0.5,
    },
}
FORMATS = {"sph": "NIST", "ogg": "OGG"}


def sound(name, seconds):
    """Bytes of a sound file of noise, in the format of its suffix."""
    file = io.BytesIO()
    noise = np.random.default_rng(0).normal(0, 0.1, round(seconds * 16_000))
    suffix = name.rpartition(".")[2]
    soundfile.write(file, noise, 16_000, format=FORMATS.get(suffix, suffix.upper()))
    return file.getvalue()


def pack(file, contents):
    """Write a tar archive of texts, and of sound files of the given seconds."""
    with tarfile.open(file, "w:gz") as archive:
        for name, content in contents.items():
            raw = content.encode() if isinstance(content, str) else sound(name, content)
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    return file

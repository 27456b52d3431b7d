from pathlib import Path

import numpy as np
import pytest
import soundfile

from asr.audio import audio
from tests.support import tone_corpus
from training.alignment import align_phones
from training.data import phones
from training.errors import InputError

SAMPLE = Path(__file__).parents[3] / "samples" / "hello.flac"
SAID = "good morning the weather is fine today"


def spoken(folder, *texts):
    """A corpus of the sample, which is said to say each of `texts`."""
    folder.mkdir()
    samples, rate = soundfile.read(SAMPLE)
    rows = []
    for index, text in enumerate(texts):
        soundfile.write(folder / f"{index}.flac", samples, rate)
        rows.append(f"{index}.flac\t{len(samples) / rate:.3f}\tslt\tlj\t{text}\n")
    (folder / "manifest.tsv").write_text(tone_corpus.HEADER + "".join(rows), encoding="utf-8")
    return folder / "manifest.tsv"


def test_the_phones_of_what_is_said_are_found_in_its_time():
    waveform = audio.decode(SAMPLE, audio.Budget(max_seconds=10.0))
    words = align_phones.align(align_phones.aligner(), waveform.samples, SAID)
    said = [[phone for phone, _ in word] for word in words if word[0][0] != phones.SILENCE]
    assert said[1] == ["m", "ao", "r", "n", "ih", "ng"]
    assert said[5] == ["f", "ay", "n"]
    assert len(said) == len(SAID.split())
    frames = sum(frames for word in words for _, frames in word)
    assert frames == pytest.approx(len(waveform.samples) / 160, abs=4)
    # an "s" hisses: most of its samples change their sign within 0.2 ms
    hiss = next(i for i, word in enumerate(words) if word[-1][0] == "z")
    start = sum(f for word in words[:hiss] for _, f in word) + words[hiss][0][1]
    z = waveform.samples[start * 160 : (start + words[hiss][-1][1]) * 160]
    crossings = np.mean(np.diff(np.sign(z)) != 0)
    assert crossings > 2 * np.mean(np.diff(np.sign(waveform.samples)) != 0)


def test_clips_that_cannot_be_aligned_are_left_out(tmp_path):
    manifest = spoken(tmp_path / "said", SAID, "good sayonara award", SAID)
    assert align_phones.write(manifest) == "2 of 3 clips"
    found = phones.read_alignments(tmp_path / "said" / phones.FILE_NAME)
    assert list(found) == ["0.flac", "2.flac"]
    assert [word[0][0] for word in found["0.flac"]] == [word[0][0] for word in found["2.flac"]]


def test_what_has_phones_is_left_alone(tmp_path, capsys):
    manifest = spoken(tmp_path / "said", SAID)
    align_phones.main([str(manifest)])
    assert capsys.readouterr().out == f"{manifest}: 1 of 1 clips\n"
    before = (tmp_path / "said" / phones.FILE_NAME).stat().st_mtime_ns
    align_phones.main([str(manifest)])
    assert not capsys.readouterr().out
    assert (tmp_path / "said" / phones.FILE_NAME).stat().st_mtime_ns == before


def test_a_corpus_of_which_nothing_can_be_aligned_gets_no_file(tmp_path):
    manifest = spoken(tmp_path / "said", "xyzzy")
    with pytest.raises(InputError, match="none of the clips could be aligned"):
        align_phones.write(manifest)
    assert not (tmp_path / "said" / phones.FILE_NAME).exists()


def test_what_does_not_fit_loses_its_clip_and_not_those_after_it(tmp_path, monkeypatch):
    manifest = spoken(tmp_path / "said", "good morning", "good morning")
    tries = iter([RuntimeError("does not fit"), [(("g", 3),)]])

    def align(*_):
        if isinstance(result := next(tries), RuntimeError):
            raise result
        return result

    monkeypatch.setattr(align_phones, "align", align)
    assert align_phones.write(manifest) == "1 of 2 clips"

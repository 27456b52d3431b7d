import io
from pathlib import Path

import numpy as np
import pytest

from asr.audio import ffmpeg
from asr.audio.audio import decode
from asr.audio.block import UnreadableError
from asr.audio.byte_source import ByteSource
from asr.audio_warnings import WarningLog
from asr.errors import UnsupportedAudioError
from tests.support import audio_clips
from tests.support.audio_files import (
    MINUTE,
    RATE,
    one_second,
    ten_seconds,
)


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{}'\n",
        "concat:{}",
        "file:{}",
        "{}",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        '<?xml version="1.0"?><MPD><Period><AdaptationSet mimeType="audio/mp4"><Representation>'
        "<BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    ],
)
def test_a_playlist_cannot_open_another_file(
    playlist: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "secret.wav"
    path.write_bytes(one_second("wav"))
    for name in (path.name, path, path.as_uri()):
        with pytest.raises(UnsupportedAudioError):
            decode(playlist.format(name).encode(), MINUTE)


def test_an_m4a_without_its_table_of_source_is_unsupported():
    clip = audio_clips.m4a(audio_clips.sweep(44_100, 2))
    with pytest.raises(UnsupportedAudioError):
        decode(clip[: clip.index(b"moov") - 4], MINUTE)


def test_the_samples_of_a_packet_are_limited():
    long = audio_clips.tone(440, RATE, 20)
    clip = audio_clips.container(long, RATE, "matroska", "pcm_s16le", frame_size=2**18)
    assert decode(clip, MINUTE).seconds == 20
    clip = audio_clips.container(long, RATE, "matroska", "pcm_s16le", frame_size=2**18 + 1)
    with pytest.raises(UnsupportedAudioError):
        decode(clip, MINUTE)


def test_a_codec_that_is_not_allowed_is_unsupported():
    clip = audio_clips.container(audio_clips.tone(440, RATE, 1), RATE, "wav", "dfpwm")
    with pytest.raises(UnsupportedAudioError, match=r"coded as DFPWM1a audio \(dfpwm\)"):
        decode(clip, MINUTE)


def test_rate_and_channels_may_change_within_a_stream():
    first = audio_clips.container(audio_clips.sweep(44_100, 2), 44_100, "adts", "aac")
    second = audio_clips.container(audio_clips.sweep(22_050, 2, channels=2), 22_050, "adts", "aac")
    blocks = list(ffmpeg.read_blocks(ByteSource(io.BytesIO(first + second)), WarningLog()))
    assert [(block.rate, block.frames.shape[1]) for block in blocks] == [
        (44_100, 1),
        (44_100, 1),
        (22_050, 2),
        (22_050, 2),
    ]
    both = decode(first, MINUTE).seconds + decode(second, MINUTE).seconds
    assert decode(first + second, MINUTE).seconds == pytest.approx(both, abs=0.1)


def test_an_ogg_stream_that_starts_late_is_ignored():
    vorbis = audio_clips.sound_file(audio_clips.sweep(RATE, 2, channels=2), RATE, "OGG", "VORBIS")
    opus = audio_clips.sound_file(audio_clips.sweep(RATE, 2), RATE, "OGG", "OPUS")
    second_page = vorbis.index(b"OggS", 4)
    clip = vorbis + vorbis[:second_page] + opus + vorbis[second_page:]
    source = ByteSource(io.BytesIO(clip))
    assert sum(len(block.frames) for block in ffmpeg.read_blocks(source, WarningLog())) >= 2 * RATE


def test_concatenated_mp3_files_are_both_decoded():
    clip = ten_seconds("mp3")
    assert decode(clip + clip, MINUTE).seconds == pytest.approx(20, abs=0.2)


def test_an_mp3_too_short_for_format_detection_is_decoded():
    noise = 0.2 * np.random.default_rng(5).normal(size=(1_200, 1))
    coded = audio_clips.mp3(noise.astype(np.float32), 16_000)
    with pytest.raises(UnreadableError):
        list(ffmpeg.read_blocks(ByteSource(io.BytesIO(coded)), WarningLog()))
    assert len(decode(coded, MINUTE).samples) >= 1_200


def test_the_sound_track_of_a_video_is_decoded():
    waveform = decode(audio_clips.video(2, audio_clips.tone(440, 48_000, 2)), MINUTE)
    spectrum = np.abs(np.fft.rfft(waveform.samples[:RATE]))
    assert waveform.seconds == pytest.approx(2, abs=0.1)
    assert np.argmax(spectrum) == 440


def test_valid_mp3_prints_no_warnings(capfd: pytest.CaptureFixture[str]):
    noise = np.random.default_rng(0).normal(0, 0.2, (5 * RATE, 1)).astype(np.float32)
    clip = audio_clips.sound_file(noise, RATE, "MP3")
    capfd.readouterr()
    assert decode(clip, MINUTE).seconds == 5
    assert capfd.readouterr() == ("", "")

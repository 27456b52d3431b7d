"""Reads the audio of containers and streams with FFmpeg, through PyAV."""

from collections.abc import Iterator
from itertools import chain, groupby

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from asr.audio.block import (
    BLOCK_SAMPLES,
    Block,
    UnreadableError,
    check_supported,
)
from asr.audio.byte_source import Contents

# FFmpeg knows some 350 formats, among them playlists that open other files, pictures and text. It
# may use these, of which none opens another file, and no decoder of video.
DEMUXERS = "aac,aiff,amr,asf,au,avi,caf,flac,matroska,mov,mp3,ogg,voc,w64,wav"
DECODERS = (
    "aac,aac_latm,ac3,eac3,adpcm_g726,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,adpcm_yamaha,"
    "alac,amrnb,amrwb,flac,g722,g723_1,g726,g729,gsm,gsm_ms,ilbc,mp2,mp2float,mp3,mp3float,"
    "nellymoser,opus,pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_mulaw,pcm_s16be,"
    "pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,speex,truespeech,vorbis,"
    "wmalossless,wmapro,wmav1,wmav2,wmavoice"
)
OPTIONS = {
    "format_whitelist": DEMUXERS,
    "codec_whitelist": DECODERS,
    "max_samples": str(2**18),  # of one packet: in ALAC a few bytes may claim 2**24
}

# Formats without a header of the whole, whose duration FFmpeg guesses from the first bit rate.
HEADERLESS = frozenset({"aac", "amr", "mp3"})


def blocks(contents: Contents, demuxer: str | None = None) -> Iterator[Block]:
    """Decode the first audio stream of a file, passing over damaged packets.

    `demuxer` is one of `DEMUXERS`; without it, FFmpeg finds out which it takes.

    Raises
    ------
    UnreadableError
        If FFmpeg does not know the format, or finds no audio in it, or too little that decodes.
    UnsupportedAudioError
        If the rate or the number of channels is not supported.
    """
    try:
        with av.open(contents, "r", demuxer, OPTIONS, metadata_errors="replace") as container:
            yield from _interleaved(_decoded(container, _first_audio(container)))
    except av.FFmpegError as error:
        raise UnreadableError from error


def announced_seconds(contents: Contents) -> float | None:
    """How long the container says that it is; none for what browsers stream.

    Raises
    ------
    UnreadableError
        If FFmpeg does not know the format.
    """
    try:
        with av.open(contents, "r", options=OPTIONS, metadata_errors="replace") as container:
            if container.duration is None or container.format.name in HEADERLESS:
                return None
            return float(container.duration / av.time_base)
    except av.FFmpegError as error:
        raise UnreadableError from error


def _first_audio(container: InputContainer) -> AudioStream:
    audio = next((stream for stream in container.streams.audio if stream.codec_context), None)
    if audio is None:
        raise UnreadableError
    audio.codec_context.options = OPTIONS
    return audio


def _decoded(container: InputContainer, audio: AudioStream) -> Iterator[av.AudioFrame]:
    """Give the frames of all packets that decode.

    Of noise that looks like AAC, about one packet in 140 decodes by chance; so more have to decode
    than fail, or what has not left here as a block yet is dropped.
    """
    decoded = failed = 0
    for packet in _packets(container, audio):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            failed += 1
        else:
            decoded += len(frames)
            yield from frames
    if failed >= decoded and (failed or audio.duration):
        raise UnreadableError


def _packets(container: InputContainer, audio: AudioStream) -> Iterator["Packet[AudioStream]"]:
    """Give the packets of one stream, the last of which drains the decoder."""
    try:
        yield from container.demux(audio)
    except IndexError:  # of PyAV 18, at the end of an Ogg file in which a stream turned up late
        return


def _interleaved(frames: Iterator[av.AudioFrame]) -> Iterator[Block]:
    """Gather frames of any sample format, rate and layout into larger blocks of float32.

    FFmpeg does the interleaving: PyAV reads beyond the end of planar frames of eight channels.
    """
    for (rate, channels, _, _), run in groupby(frames, key=_kind):
        check_supported(rate, channels)
        packer = av.AudioResampler(format="flt", frame_size=BLOCK_SAMPLES // channels)
        for frame in chain(run, [None]):
            for packed in packer.resample(frame):
                samples = np.asarray(packed.to_ndarray(), np.float32)
                yield Block(samples.reshape(-1, channels), rate)


def _kind(frame: av.AudioFrame) -> tuple[int, int, str, str]:
    return frame.sample_rate, frame.layout.nb_channels, frame.layout.name, frame.format.name

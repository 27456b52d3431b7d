"""Audio decoding with FFmpeg, through PyAV: MP3, WebM, MP4 and other containers."""

from collections.abc import Iterator
from itertools import chain, groupby

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from asr.audio.block import (
    BLOCK_SAMPLES,
    AudioBlock,
    UnreadableError,
    check_supported,
)
from asr.audio.byte_source import ByteSource

# FFmpeg supports some 350 formats, among them playlists that open other files, images and text.
# Allowed are these, none of which opens another file, and no video codec.
DEMUXERS = "aac,aiff,amr,asf,au,avi,caf,flac,matroska,mov,mp3,ogg,voc,w64,wav"
CODECS = (
    "aac,aac_latm,ac3,eac3,adpcm_g726,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,adpcm_yamaha,"
    "alac,amrnb,amrwb,flac,g722,g723_1,g726,g729,gsm,gsm_ms,ilbc,mp2,mp2float,mp3,mp3float,"
    "nellymoser,opus,pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_mulaw,pcm_s16be,"
    "pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,speex,truespeech,vorbis,"
    "wmalossless,wmapro,wmav1,wmav2,wmavoice"
)
OPTIONS = {
    "format_whitelist": DEMUXERS,
    "codec_whitelist": CODECS,
    "max_samples": str(2**18),  # per packet: an ALAC header of a few bytes can declare 2**24
}

# Formats without a global header: FFmpeg estimates their duration from the first bit rate.
HEADERLESS = frozenset({"aac", "amr", "mp3"})


def read_blocks(source: ByteSource, demuxer: str | None = None) -> Iterator[AudioBlock]:
    """Decode the first audio stream of a file, skipping damaged packets.

    Parameters
    ----------
    source : ByteSource
    demuxer : str, optional
        One of `DEMUXERS`; detected by default.

    Raises
    ------
    UnreadableError
        If the format is not supported, or has no audio stream, or too few packets decode.
    UnsupportedAudioError
        If the rate or the number of channels is not supported.
    """
    try:
        with av.open(source, "r", demuxer, OPTIONS, metadata_errors="replace") as container:
            yield from _interleaved(_decoded(container, _first_audio(container)))
    except av.FFmpegError as error:
        raise UnreadableError from error


def header_duration(source: ByteSource) -> float | None:
    """Duration in seconds from the container's header, or None; browser recordings have none.

    Raises
    ------
    UnreadableError
        If the format is not supported.
    """
    try:
        with av.open(source, "r", options=OPTIONS, metadata_errors="replace") as container:
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
    """Decode all packets, skipping those that fail.

    In noise that resembles AAC, about one packet in 140 decodes by chance; so unless more packets
    decode than fail, UnreadableError is raised, and frames not yet in a block are discarded.
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
    """The packets of one stream; the last, empty one flushes the decoder."""
    try:
        yield from container.demux(audio)
    except IndexError:  # PyAV 18, at the end of an Ogg file with a stream that starts late
        return


def _interleaved(frames: Iterator[av.AudioFrame]) -> Iterator[AudioBlock]:
    """Convert frames of any sample format, rate and layout to larger blocks of float32.

    FFmpeg interleaves them: PyAV reads beyond the end of planar frames of eight channels.
    """
    for (rate, channels, _, _), run in groupby(frames, key=_kind):
        check_supported(rate, channels)
        packer = av.AudioResampler(format="flt", frame_size=BLOCK_SAMPLES // channels)
        for frame in chain(run, [None]):
            for packed in packer.resample(frame):
                samples = np.asarray(packed.to_ndarray(), np.float32)
                yield AudioBlock(samples.reshape(-1, channels), rate)


def _kind(frame: av.AudioFrame) -> tuple[int, int, str, str]:
    return frame.sample_rate, frame.layout.nb_channels, frame.layout.name, frame.format.name

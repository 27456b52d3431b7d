"""Which files are audio: the one list that folders, batch, the page and the documents share.

A file that is named by its path is decoded whatever its name is. In a folder, files are chosen by
their suffix, and files without one by their first bytes.
"""

from dataclasses import dataclass
from pathlib import Path

HEAD_BYTES = 512
TS_PACKET, TS_SYNC = 188, 0x47
# Suffixes that other kinds of files have as well; their bytes decide.
AMBIGUOUS = frozenset({".iff", ".mpc", ".ra", ".rm", ".sf", ".snd", ".thd", ".ts"})


@dataclass(frozen=True)
class FileType:
    """A kind of audio file.

    Attributes
    ----------
    name : str
    suffixes : tuple of str
        In lower case.
    magics : tuple of (int, bytes)
        Offset and bytes, one of which is in each file of this kind.
    """

    name: str
    suffixes: tuple[str, ...]
    magics: tuple[tuple[int, bytes], ...]


def _type(name: str, suffixes: str, *magics: bytes, offset: int = 0) -> FileType:
    return FileType(name, tuple(suffixes.split()), tuple((offset, magic) for magic in magics))


FILE_TYPES = (
    FileType(
        "WAV, also RF64 and BWF",
        (".wav", ".wave", ".bwf", ".rf64"),
        ((8, b"WAVE"),),
    ),
    _type("FLAC", ".flac .fla", b"fLaC"),
    _type("Ogg: Opus, Vorbis, FLAC, Speex", ".ogg .oga .opus .ogv .ogx .spx", b"OggS"),
    _type("MP3 and MPEG audio", ".mp3 .mpga .mp2 .mp1 .mpa .m2a", b"ID3"),
    _type("AAC", ".aac .adts .loas .latm"),
    _type(
        "MP4, QuickTime, 3GPP",
        ".mp4 .m4a .m4b .m4r .m4v .mov .qt .3gp .3gpp .3g2 .3ga .f4v .f4a",
        *(b"ftyp", b"moov", b"mdat", b"wide"),
        offset=4,
    ),
    _type("Matroska, WebM", ".mka .mkv .webm .weba", b"\x1a\x45\xdf\xa3"),
    _type("AIFF", ".aif .aiff .aifc", b"AIFF", b"AIFC", offset=8),
    _type("AU", ".au .snd", b".snd", b"dns."),
    _type("CAF", ".caf", b"caff"),
    _type("Wave64", ".w64", b"riff\x2e\x91\xcf\x11"),
    _type("NIST SPHERE", ".sph .nist", b"NIST_1A"),
    _type("Creative Voice", ".voc", b"Creative Voice File"),
    _type("AMR", ".amr .awb", b"#!AMR"),
    _type("ASF: Windows Media", ".wma .wmv .asf", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    _type("AVI", ".avi .divx", b"AVI ", offset=8),
    _type("Flash Video", ".flv", b"FLV\x01"),
    _type("MPEG transport stream", ".ts .mts .m2ts .m2t"),
    _type("MPEG program stream", ".mpg .mpeg .vob", b"\0\0\1\xba"),
    _type("AC-3, E-AC-3", ".ac3 .eac3 .ec3", b"\x0b\x77"),
    _type("DTS", ".dts .dtshd", b"\x7f\xfe\x80\x01", b"DTSHDHDR"),
    _type("TrueHD, MLP", ".thd .mlp", b"\xf8\x72\x6f", offset=4),
    _type("WavPack", ".wv", b"wvpk"),
    _type("Monkey's Audio", ".ape", b"MAC "),
    _type("True Audio", ".tta", b"TTA1"),
    _type("TAK", ".tak", b"tBaK"),
    _type("Shorten", ".shn", b"ajkg"),
    _type("Musepack", ".mpc", b"MPCK", b"MP+"),
    _type("RealAudio, RealMedia", ".ra .rm .rmvb", b".RMF", b".ra\xfd"),
    _type("Digital Speech Standard", ".dss", b"\x02dss", b"\x03dss"),
    _type("QCP", ".qcp", b"QLCM", offset=8),
    _type("MXF", ".mxf", b"\x06\x0e\x2b\x34"),
    _type("NUT", ".nut", b"nut/multimedia container"),
    _type("Windows recorded television", ".wtv", b"\xb7\xd8\x00\x20\x37\x49\xda\x11"),
    _type("Sony OpenMG", ".oma .aa3 .at3", b"ea3\x03", b"EA3\x01"),
    _type("Amiga 8SVX", ".8svx .iff", b"8SVX", offset=8),
    _type("xWMA", ".xwma", b"XWMA", offset=8),
    _type("IRCAM", ".sf .ircam", b"\x64\xa3", b"\0\x02\xa3\x64", b"\0\x01\xa3\x64"),
    _type("SoX", ".sox", b".SoX", b"XoS."),
    _type("Paris", ".paf", b" paf", b"fap "),
    _type("PVF", ".pvf", b"PVF1\n"),
)
SUFFIXES = frozenset(suffix for file_type in FILE_TYPES for suffix in file_type.suffixes)


def is_audio_file(path: Path) -> bool:
    """Whether a file of a folder is taken for audio; raises OSError if it cannot be read."""
    suffix = path.suffix.lower()
    if is_apple_double(path.name) or not path.is_file():  # no FIFO, whose reading could block
        return False
    if suffix and suffix not in AMBIGUOUS:
        return suffix in SUFFIXES
    with path.open("rb") as file:
        return has_audio_magic(file.read(HEAD_BYTES))


def is_apple_double(name: str) -> bool:
    """Whether a name is that of a file in which macOS stores attributes of another: `._a.wav`."""
    return name.rpartition("/")[2].startswith("._")


def has_audio_magic(head: bytes) -> bool:
    """Whether the first `HEAD_BYTES` bytes of a file are those of a kind of audio."""
    magics = (magic for file_type in FILE_TYPES for magic in file_type.magics)
    return (
        any(head.startswith(magic, offset) for offset, magic in magics)
        or _is_mpeg_frame(head)
        or _is_transport_stream(head)
    )


def _is_mpeg_frame(head: bytes) -> bool:
    """Whether an MPEG audio or ADTS frame begins here (ISO/IEC 11172-3, 2.4.1.3; 13818-7, 6.2)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    is_adts = head[1] & 0xF6 == 0xF0 and (head[2] >> 2) & 0xF < 13
    has_layer, has_version = head[1] & 0x06 != 0, head[1] & 0x18 != 0x08
    return is_adts or (has_layer and has_version and head[2] < 0xF0 and head[2] & 0x0C != 0x0C)


def _is_transport_stream(head: bytes) -> bool:
    """Whether packets of a transport stream follow, of 188 bytes, or 192 with a time stamp."""
    return any(
        len(head) > start + size and head[start] == head[start + size] == TS_SYNC
        for start, size in ((0, TS_PACKET), (4, TS_PACKET + 4))
    )

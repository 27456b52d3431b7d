"""First bytes of formats, by which parts of a file and their readers are found."""

from asr.audio import declared_size, ogg

# The first four bytes of the formats read by libsndfile: WAV in its variants (RIFX is big-endian,
# riff is Sony Wave64), AIFF, AU in both byte orders, CAF, NIST Sphere, Creative Voice, FLAC.
# Not MP3: libmpg123 prints dozens of warnings per file to stderr, and stops at the duration of the
# first header, so of concatenated files only the first is decoded.
SNDFILE_SIGNATURES = frozenset(b"RIFF RIFX RF64 riff FORM .snd dns. caff NIST Crea fLaC".split())
# libsndfile reads float samples of extensible Wave64 as integers.
FFMPEG_FIRST = frozenset({b"riff"})
# First bytes of the formats that are recognised behind a tag, junk or another file.
SIGNATURES = SNDFILE_SIGNATURES | {ogg.CAPTURE, declared_size.EBML}
# Tags that follow the audio; nothing is lost with them.
TRAILING_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")

"""Links of chained Ogg files: streams that follow one another in a file (RFC 3533, section 4).

Libraries decode the first link only, or stumble where the rate or the number of channels changes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from asr.audio.byte_source import ByteSource
from asr.audio.part import Part, find, read_at

CAPTURE = b"OggS"
HEADER_BYTES = 27
FULL_LACING = 255
MAX_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255
PACKET_BYTES = 64  # of each packet that are kept
FIRST, LAST = 2, 4  # bits of a page's type
NO_PACKET_ENDS = 2**64 - 1  # granule position of a page within a packet
VORBIS = b"\x01vorbis"  # identification header (Vorbis I specification, 4.2.2)
OPUS = b"OpusHead"  # identification header (RFC 7845, 5.1)
OPUS_RATE = 48_000  # Hz, of granule positions at any rate
# Samples of an Opus frame by the configuration in the upper five bits of a packet (RFC 6716, 3.1).
OPUS_FRAMES = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4
GAP_SECONDS = 0.1


@dataclass(frozen=True)
class Page:
    """A page (RFC 3533, section 6).

    Attributes
    ----------
    start, end : int
        Offsets in the file.
    kind : int
        Bits of `FIRST`, `LAST`.
    granule, serial : int
        Position in samples, and the number of the stream.
    packets : tuple of bytes
        Those that end on the page, from where they begin on it.
    """

    start: int
    end: int
    kind: int
    granule: int
    serial: int
    packets: tuple[bytes, ...]


@dataclass
class Link:
    """Streams that begin together.

    Attributes
    ----------
    start, end : int
        Offsets in the file.
    unfinished : set of int
        Serial numbers of the streams whose last page is missing.
    clocks : dict of int to _Clock or None
        By serial number; None for other codecs than Vorbis and Opus.
    """

    start: int
    end: int
    unfinished: set[int] = field(default_factory=set)
    clocks: dict[int, "_Clock | None"] = field(default_factory=dict)

    @property
    def part(self) -> Part:
        """The bytes of the link."""
        return Part(self.start, self.end)

    @property
    def is_plain(self) -> bool:
        """Whether it is one stream of Vorbis or Opus, without gaps."""
        clocks = list(self.clocks.values())
        return len(clocks) == 1 and clocks[0] is not None and not clocks[0].has_gap

    def add(self, page: Page, size: int) -> None:
        """Add the next page; `size` is that of the file."""
        if page.kind & FIRST:
            self.unfinished.add(page.serial)
            self.clocks[page.serial] = _clock(page.packets[0]) if page.packets else None
        elif clock := self.clocks.get(page.serial):
            clock.add(page)
        if page.kind & LAST and page.end <= size:
            self.unfinished.discard(page.serial)
        self.end = min(page.end, size)


@dataclass
class _Clock:
    """Compares granule positions with the samples of the packets between them.

    Attributes
    ----------
    rate : int
        Granule positions per second.
    samples : callable
        The most samples that a packet can hold.
    headers : int
        Packets that hold no samples, and are still to come.
    has_gap : bool
    """

    rate: int
    samples: Callable[[bytes], int]
    headers: int
    has_gap: bool = False
    _granule: int | None = None
    _expected: int = 0  # samples since that granule position

    def add(self, page: Page) -> None:
        audio = page.packets[self.headers :]
        self.headers = max(0, self.headers - len(page.packets))
        self._expected += sum(map(self.samples, audio))
        if page.granule == NO_PACKET_ENDS or not self._expected:
            return
        if self._granule is not None:
            most = self._expected + GAP_SECONDS * self.rate
            self.has_gap |= page.granule - self._granule > most
        self._granule, self._expected = page.granule, 0


def _clock(header: bytes) -> _Clock | None:
    """The clock of a stream by its identification header; None of an unknown codec."""
    if header.startswith(OPUS):
        return _Clock(OPUS_RATE, _opus_samples, headers=1)
    if header.startswith(VORBIS) and len(header) > 28:
        longest = 2 ** (header[28] >> 4) // 2
        return _Clock(int.from_bytes(header[12:16], "little"), lambda _: longest, headers=2)
    return None


def _opus_samples(packet: bytes) -> int:
    """Samples of an Opus packet by its first bytes (RFC 6716, 3.1 and 3.2)."""
    if not packet:
        return 0
    code = packet[0] & 3
    frames = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[code]
    return OPUS_FRAMES[packet[0] >> 3] * frames


def find_links(source: ByteSource, start: int, end: int) -> list[Link]:
    """The links of a file, by its pages; bytes between pages are skipped."""
    links: list[Link] = []
    in_headers = False  # whether the last page was the first of a stream
    for page in _pages(source, start, end):
        if not links or (page.kind & FIRST and not in_headers):
            links.append(Link(page.start, page.end))
        in_headers = bool(page.kind & FIRST)
        links[-1].add(page, end)
    return links


def _pages(source: ByteSource, start: int, end: int) -> Iterator[Page]:
    position: int | None = start
    while position is not None and position < end:
        page = _parse_page(position, read_at(source, position, MAX_PAGE_BYTES))
        if page is None:
            position = find(source, CAPTURE, position + 1, end)
        else:
            yield page
            position = page.end


def _parse_page(start: int, content: bytes) -> Page | None:
    """The page that begins with these bytes, or None if they begin no page."""
    if len(content) < HEADER_BYTES or content[:4] != CAPTURE or content[4] != 0:
        return None
    body = HEADER_BYTES + content[26]
    packets: list[bytes] = []
    packet = position = body
    for lacing in content[HEADER_BYTES:body]:
        position += lacing
        if lacing < FULL_LACING:  # ends a packet
            packets.append(content[packet : min(packet + PACKET_BYTES, position)])
            packet = position
    return Page(
        start,
        start + position,
        kind=content[5],
        granule=int.from_bytes(content[6:14], "little"),
        serial=int.from_bytes(content[14:18], "little"),
        packets=tuple(packets),
    )

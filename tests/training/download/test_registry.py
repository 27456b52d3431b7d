from training.download.registry import CORPUS_ARCHIVES


def test_every_url_has_a_checksum_of_valid_length():
    lengths = {"md5": 32, "sha256": 64}
    for archive in CORPUS_ARCHIVES.values():
        algorithm, _, digits = archive.checksum.partition(":")
        assert bool(archive.url) == bool(archive.checksum)
        assert not digits or (len(digits) == lengths[algorithm] and int(digits, 16))

from training.download.registry import SOURCES


def test_every_address_has_a_checksum_of_its_kind():
    lengths = {"md5": 32, "sha256": 64}
    for source in SOURCES.values():
        algorithm, _, digits = source.digest.partition(":")
        assert bool(source.address) == bool(source.digest)
        assert not digits or (len(digits) == lengths[algorithm] and int(digits, 16))

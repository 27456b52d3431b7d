from hypothesis import given
from hypothesis import strategies as st

from training.augment.fft import fast_length


@given(st.integers(1, 10_000_000))
def test_a_fast_length_holds_the_signal_and_is_at_most_a_sixteenth_longer(length: int):
    fast = fast_length(length)
    assert length <= fast < max(length * 17 / 16, length + 4)


@given(st.integers(49, 10_000_000))
def test_a_fast_length_has_no_large_prime_factor(length: int):
    fast = fast_length(length)
    assert fast % 4 == 0
    odd = fast // (fast & -fast)
    assert odd < 32


@given(st.integers(1, 1_000_000))
def test_a_fast_length_maps_to_itself(length: int):
    fast = fast_length(length)
    assert fast_length(fast) == fast

from dataclasses import dataclass

import pytest

from training.errors import InputError
from training.validation import check_arguments, validate_dataclass


def test_arguments_are_checked_against_a_signature():
    def cake(oven: str, eggs: int, sugar: int = 0) -> None: ...

    check_arguments("cake", cake, {"eggs": 2}, "hot")
    with pytest.raises(InputError, match=r"cake: .*'salt'"):
        check_arguments("cake", cake, {"eggs": 2, "salt": 1}, "hot")
    with pytest.raises(InputError, match=r"cake: .*'eggs'"):
        check_arguments("cake", cake, {}, "hot")


@dataclass(frozen=True)
class Schedule:
    steps: int
    rate: float = 0.1


def test_members_are_converted_to_their_types():
    assert validate_dataclass("s", Schedule, {"steps": 3, "rate": "1e-3"}) == Schedule(3, 0.001)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"steps": "many"}, "s: steps: "),
        ({}, "s: .*'steps'"),
        ({"steps": 1, "stepz": 1}, "'stepz'"),
    ],
)
def test_invalid_members_are_rejected_by_name(members, message):
    with pytest.raises(InputError, match=message):
        validate_dataclass("s", Schedule, members)

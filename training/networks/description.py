"""Description of a network: what `registry.build` needs to build it, as stored in a model file."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from training.errors import InputError
from training.validation import validate_dataclass


@dataclass(frozen=True)
class NetworkDescription:
    """Arguments of `training.networks.registry.build`."""

    network: str
    front_end: dict[str, Any]
    parameters: dict[str, Any]

    def to_json(self) -> str:
        """Serialise, as `parse` reads it."""
        return json.dumps(asdict(self))

    @staticmethod
    def parse(content: str, subject: str) -> "NetworkDescription":
        """Parse the description of the model file `subject`.

        Raises
        ------
        InputError
            If the file has none, or one of another form.
        """
        if not content:
            raise InputError(
                f"{subject} does not describe its network, as one that was imported or exported by "
                "an earlier version: export its run again with this version"
            )
        try:
            members = json.loads(content)
        except ValueError as error:
            raise InputError(f"{subject}: the description of its network is no JSON") from error
        return validate_dataclass(f"{subject}, network", NetworkDescription, members)

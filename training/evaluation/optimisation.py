"""Minimisation of a smooth loss of few parameters, by L-BFGS (Liu and Nocedal 1989)."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

MAX_ITERATIONS = 100


def minimise(loss: Callable[[], Tensor], parameters: Sequence[Tensor]) -> None:
    """Minimise `loss` over `parameters`, in place.

    Parameters
    ----------
    loss : callable
        Returns the loss of the current parameters, a differentiable scalar.
    parameters : sequence of Tensor, float64, which require gradients
        Initial values; the minimiser afterwards.
    """
    optimiser = torch.optim.LBFGS(
        parameters,
        max_iter=MAX_ITERATIONS,
        tolerance_grad=1e-10,
        tolerance_change=1e-15,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]

"""The gradients written out are those of autograd."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from kargah.recipes.parts.mlp import CrossEntropy, Mlp, MlpGradients, Shape, SquaredError
from kargah.recipes.parts.numbers import edges_of

ROWS = 32
WEIGHT = torch.tensor([0.2, 1.0, 3.0])


def squared(answers: Tensor, targets: Tensor) -> Tensor:
    return functional.mse_loss(answers.squeeze(1), targets)


@pytest.mark.parametrize("sizes", [[], [3, 200]], ids=["numbers", "numbers and categories"])
@pytest.mark.parametrize("hidden", [(), (16, 8)], ids=["linear", "two layers"])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize(("members", "intervals"), [(1, 0), (3, 5)], ids=["one network", "three, in intervals"])
@pytest.mark.parametrize(
    ("loss", "theirs"),
    [
        (CrossEntropy(None), nn.CrossEntropyLoss()),
        (CrossEntropy(WEIGHT), nn.CrossEntropyLoss(weight=WEIGHT)),
        (SquaredError(), squared),
    ],
    ids=["classes", "weighted classes", "quantity"],
)
def test_answers_loss_and_every_gradient_are_autograds(  # noqa: PLR0917
    sizes: list[int],
    hidden: tuple[int, ...],
    dropout: float,
    members: int,
    intervals: int,
    loss: CrossEntropy | SquaredError,
    theirs: nn.Module,
) -> None:
    torch.manual_seed(0)
    outputs = 1 if isinstance(loss, SquaredError) else 3
    numbers = torch.randn(ROWS, 5)
    network = Mlp(Shape(5, sizes, hidden, outputs, dropout, members, edges_of(numbers, intervals)))
    codes = torch.stack([torch.randint(0, size + 1, (ROWS,)) for size in sizes], 1) if sizes else torch.zeros(ROWS, 0)
    codes = codes.long()
    targets = torch.randn(ROWS) if outputs == 1 else torch.randint(0, 3, (ROWS,))
    torch.manual_seed(1)
    answer, value = MlpGradients(network, loss)((numbers, codes), targets)
    ours = [p.grad for p in network.parameters()]
    network.zero_grad()
    torch.manual_seed(1)
    expected = network(numbers, codes)
    each = targets if expected.dim() == 2 else targets.repeat_interleave(members)
    whole = theirs(expected if expected.dim() == 2 else expected.flatten(0, 1), each)
    whole.backward()
    assert not answer.requires_grad
    torch.testing.assert_close(answer, expected.detach())
    torch.testing.assert_close(value, whole.detach())
    torch.testing.assert_close(loss(expected, targets), whole)
    for ours_of, parameter in zip(ours, network.parameters(), strict=True):
        torch.testing.assert_close(ours_of, parameter.grad)

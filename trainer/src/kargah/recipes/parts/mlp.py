"""The table recipe's network, and its gradients written out: autograd's bookkeeping costs more than the arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from kargah.recipes.parts.dropout import dropout_masks

# What autograd itself calls for them.
_nll = torch.ops.aten.nll_loss_forward.default
_nll_backward = torch.ops.aten.nll_loss_backward.default
_log_softmax_backward = torch.ops.aten._log_softmax_backward_data.default
_threshold_backward = torch.ops.aten.threshold_backward.default
_embedding_backward = torch.ops.aten.embedding_dense_backward.default
MEAN, NOTHING_IGNORED = 1, -100


@dataclass(frozen=True)
class Shape:
    """What an `Mlp` is made of."""

    width: int
    """Numbers of a row, flags for missing ones among them."""
    sizes: Sequence[int]
    """Known categories of each categorical column."""
    hidden: tuple[int, ...]
    outputs: int
    dropout: float = 0.0
    members: int = 1
    edges: Edges | None = None


class Mlp(nn.Module):
    """float32 [batch, width], int64 [batch, categorical columns] → float32 [batch, outputs].

    Several `members` learn at once: the layers are theirs together, while each turns the first one's numbers by factors
    of its own and has an answer of its own (after TabM, Gorishniy et al., 2024). In training the answers of all come
    out, float32 [batch, members, outputs]; else their mean, for classes that of their probabilities.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        dims = [min(32, math.ceil(1.6 * (size + 1) ** 0.56)) for size in shape.sizes]
        self.embeddings = nn.ModuleList(nn.Embedding(size + 1, d) for size, d in zip(shape.sizes, dims, strict=True))
        self.pieces = Pieces(shape.edges) if shape.edges is not None else None
        first = shape.width + sum(dims) + (self.pieces.width if self.pieces is not None else 0)
        self.hidden = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise([first, *shape.hidden]))
        last = shape.hidden[-1] if shape.hidden else first
        # Without a hidden layer the members would not differ, and learn the same.
        self.members = shape.members if shape.hidden else 1
        self.widths, self.dropout = shape.hidden, shape.dropout
        self.turns = Turns(self.members, shape.hidden[0]) if self.members > 1 else None
        self.answer: nn.Linear | Heads = (
            Heads(self.members, last, shape.outputs) if self.members > 1 else nn.Linear(last, shape.outputs)
        )

    def forward(self, numbers: Tensor, codes: Tensor) -> Tensor:
        values = self.first(numbers, codes)
        masks = self.masks(len(values), values.device) if self.training else []
        for i, layer in enumerate(self.hidden):
            values = layer(values)
            if i == 0 and self.turns is not None:
                values = self.turns(values)
            values = functional.relu(values)
            if masks:
                values = values * masks[i]
        answer: Tensor = self.answer(values)
        return answer if self.training else mean_answer(answer)

    def first(self, numbers: Tensor, codes: Tensor) -> Tensor:
        """What the first layer takes: the numbers, their pieces, and what stands for each category."""
        parts = [numbers] if self.pieces is None else [numbers, self.pieces(numbers)]
        if self.embeddings:
            parts += [embed(codes[:, i]) for i, embed in enumerate(self.embeddings)]
        return torch.cat(parts, 1) if len(parts) > 1 else numbers

    def masks(self, rows: int, device: torch.device) -> list[Tensor]:
        """Of each hidden layer for so many rows; none where none of them leaves anything out."""
        return dropout_masks(rows * self.members, self.widths, self.dropout, device) if self.dropout > 0 else []


class Turns(nn.Module):
    """What each member makes of the first layer: float32 [batch, width] → [batch · members, width].

    Factors begin as 1 or -1 at random, so that no two members begin alike. They stand behind the first layer, not
    before it, so that its product, the largest one, is taken once for all members.
    """

    def __init__(self, members: int, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.randint(0, 2, (members, width)).float() * 2 - 1)
        self.shift = nn.Parameter(torch.zeros(members, width))

    def forward(self, values: Tensor) -> Tensor:
        return torch.addcmul(self.shift, values.unsqueeze(1), self.scale).flatten(0, 1)

    def backward_to(self, error: Tensor, values: Tensor) -> Tensor:
        """Sets the gradients by the error [batch · members, width] of what came out; answers that of `values`."""
        of_members = error.view(len(values), *self.scale.shape)
        self.scale.grad = (of_members * values.unsqueeze(1)).sum(0)
        self.shift.grad = of_members.sum(0)
        return (of_members * self.scale).sum(1)


class Pieces(nn.Module):
    """Piecewise-linear encoding of numbers (Gorishniy et al., 2022): how far a number has come in each interval.

    float32 [batch, width] → float32 [batch, columns · intervals], each between 0 and 1.
    """

    def __init__(self, edges: Edges) -> None:
        super().__init__()
        self.register_buffer("columns", edges.columns)
        self.register_buffer("low", edges.low)
        self.register_buffer("scale", edges.scale)
        self.width = edges.low.numel()

    def forward(self, numbers: Tensor) -> Tensor:
        values = numbers.index_select(1, self.get_buffer("columns")).unsqueeze(2)
        return ((values - self.get_buffer("low")) * self.get_buffer("scale")).clamp(0.0, 1.0).flatten(1)


@dataclass(frozen=True)
class Edges:
    """Where the intervals of each encoded column lie: a column with fewer of them has some of no use, of scale 0."""

    columns: Tensor
    """int64 [columns]."""
    low: Tensor
    """float32 [columns, intervals]."""
    scale: Tensor
    """One over the length of each."""


class Heads(nn.Module):
    """A linear layer for each member: float32 [batch · members, inputs] → float32 [batch, members, outputs]."""

    def __init__(self, members: int, inputs: int, outputs: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(members, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(members, 1, outputs).uniform_(-bound, bound))

    def forward(self, values: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, self.of_members(values), self.weight).transpose(0, 1)

    def of_members(self, values: Tensor) -> Tensor:
        """[batch · members, …] → [members, batch, …]."""
        members = self.weight.shape[0]
        return values.view(-1, members, values.shape[-1]).transpose(0, 1)

    def backward_to(self, error: Tensor, values: Tensor) -> Tensor:
        """Sets the gradients by the error [batch · members, outputs] of answers; answers the error of `values`."""
        error = self.of_members(error)
        self.weight.grad = torch.bmm(self.of_members(values).transpose(1, 2), error)
        self.bias.grad = error.sum(1, keepdim=True)
        return torch.bmm(error, self.weight.transpose(1, 2)).transpose(0, 1).flatten(0, 1)


def mean_answer(answers: Tensor) -> Tensor:
    """float32 [batch, members, outputs] → [batch, outputs]; what has no members stays as it is.

    One output is a quantity; several are logits, and the logarithm of the mean probability stands for them.
    """
    if answers.dim() == 2:
        return answers
    if answers.shape[2] == 1:
        return answers.mean(1)
    return torch.logsumexp(torch.log_softmax(answers, 2), 1) - math.log(answers.shape[1])


def _for_members(answers: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Answers of members one under the other, each beside its target."""
    if answers.dim() == 2:
        return answers, targets
    return answers.flatten(0, 1), targets.repeat_interleave(answers.shape[1])


class CrossEntropy:
    """As `nn.CrossEntropyLoss`: answers float32 [batch, classes] (or of members), targets int64 [batch]."""

    def __init__(self, weight: Tensor | None) -> None:
        self.weight = weight

    def __call__(self, answers: Tensor, targets: Tensor) -> Tensor:
        weight = None if self.weight is None else self.weight.to(answers.device)
        answers, targets = _for_members(answers, targets)
        return functional.cross_entropy(answers, targets, weight)

    def error(self, answers: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The loss's gradient, and the loss."""
        logs = torch.log_softmax(answers, 1)
        loss, total = _nll(logs, targets, self.weight, MEAN, NOTHING_IGNORED)
        error = _nll_backward(torch.ones(()), logs, targets, self.weight, MEAN, NOTHING_IGNORED, total)
        return _log_softmax_backward(error, logs, 1, torch.float32), loss


class SquaredError:
    """The mean square: answers float32 [batch, 1] (or of members), targets float32 [batch]."""

    def __call__(self, answers: Tensor, targets: Tensor) -> Tensor:
        answers, targets = _for_members(answers, targets)
        return functional.mse_loss(answers.squeeze(1), targets)

    def error(self, answers: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The loss's gradient, and the loss."""
        apart = answers - targets.unsqueeze(1)
        return apart * (2 / len(apart)), apart.square().mean()


class MlpGradients:
    """`loss.backward()` for an `Mlp`: the same gradients but for rounding, in half the time for a small network."""

    def __init__(self, network: Mlp, loss: CrossEntropy | SquaredError) -> None:
        self.network, self.loss = network, loss
        self.layers: list[tuple[Tensor, Tensor]] = [
            (layer.weight, layer.bias) for layer in network.hidden if isinstance(layer, nn.Linear)
        ]

    def __call__(self, inputs: tuple[Tensor, ...], targets: Tensor) -> tuple[Tensor, Tensor]:
        """Sets each parameter's `grad`; the network's answers to the batch and their loss, both without a graph."""
        numbers, codes = inputs
        network, turns = self.network, self.network.turns
        with torch.no_grad():
            values = [network.first(numbers, codes)]
            masks = network.masks(len(numbers), numbers.device) if network.training else []
            before = values[0]
            for i, (weight, bias) in enumerate(self.layers):
                layer = torch.addmm(bias, values[i], weight.t())
                if i == 0 and turns is not None:
                    before, layer = layer, turns(layer)
                layer.relu_()
                values.append(layer.mul_(masks[i]) if masks else layer)
            answer = network.answer(values[-1])
            error, loss = self.loss.error(*_for_members(answer, targets))
            error = self._answer_backward(error, values[-1])
            for i in reversed(range(len(self.layers))):
                weight, bias = self.layers[i]
                error = _threshold_backward(error, values[i + 1], 0)
                if masks:
                    error.mul_(masks[i])
                if i == 0 and turns is not None:
                    error = turns.backward_to(error, before)
                weight.grad, bias.grad = error.t() @ values[i], error.sum(0)
                if i > 0 or network.embeddings:
                    error = error @ weight
            if network.embeddings:
                self._embeddings(error, codes)
        return answer, loss

    def _answer_backward(self, error: Tensor, values: Tensor) -> Tensor:
        layer = self.network.answer
        if isinstance(layer, Heads):
            return layer.backward_to(error, values)
        layer.weight.grad, layer.bias.grad = error.t() @ values, error.sum(0)
        return error @ layer.weight

    def _embeddings(self, error: Tensor, codes: Tensor) -> None:
        first = error.shape[1] - sum(embed.weight.shape[1] for embed in self._tables())
        for i, embed in enumerate(self._tables()):
            count, width = embed.weight.shape
            part = error[:, first : first + width].contiguous()
            embed.weight.grad = _embedding_backward(part, codes[:, i].contiguous(), count, -1, False)
            first += width

    def _tables(self) -> list[nn.Embedding]:
        return [embed for embed in self.network.embeddings if isinstance(embed, nn.Embedding)]

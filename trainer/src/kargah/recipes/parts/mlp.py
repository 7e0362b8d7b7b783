"""The table recipe's network, and its gradients written out: autograd's bookkeeping costs more than the arithmetic."""

from __future__ import annotations

import math
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


class Mlp(nn.Module):
    """float32 [batch, width], int64 [batch, categorical columns] → float32 [batch, outputs]."""

    def __init__(self, width: int, sizes: list[int], hidden: tuple[int, ...], outputs: int, dropout: float) -> None:
        super().__init__()
        dims = [min(32, math.ceil(1.6 * (size + 1) ** 0.56)) for size in sizes]
        self.embeddings = nn.ModuleList(nn.Embedding(size + 1, d) for size, d in zip(sizes, dims, strict=True))
        widths = [width + sum(dims), *hidden]
        self.hidden = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(widths))
        self.answer = nn.Linear(widths[-1], outputs)
        self.widths, self.dropout = hidden, dropout

    def forward(self, numbers: Tensor, codes: Tensor) -> Tensor:
        values = self.first(numbers, codes)
        masks = self.masks(values) if self.training else []
        for i, layer in enumerate(self.hidden):
            values = functional.relu(layer(values))
            if masks:
                values = values * masks[i]
        answer: Tensor = self.answer(values)
        return answer

    def first(self, numbers: Tensor, codes: Tensor) -> Tensor:
        """What the first layer takes: the numbers, and what stands for each category."""
        if not self.embeddings:
            return numbers
        return torch.cat([numbers, *(embed(codes[:, i]) for i, embed in enumerate(self.embeddings))], 1)

    def masks(self, rows: Tensor) -> list[Tensor]:
        """Of each hidden layer for these rows; none where none of them leaves anything out."""
        return dropout_masks(len(rows), self.widths, self.dropout, rows.device) if self.dropout > 0 else []


class CrossEntropy:
    """As `nn.CrossEntropyLoss`: answers float32 [batch, classes], targets int64 [batch]."""

    def __init__(self, weight: Tensor | None) -> None:
        self.weight = weight

    def __call__(self, answers: Tensor, targets: Tensor) -> Tensor:
        weight = None if self.weight is None else self.weight.to(answers.device)
        return functional.cross_entropy(answers, targets, weight)

    def error(self, answers: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The loss's gradient, and the loss."""
        logs = torch.log_softmax(answers, 1)
        loss, total = _nll(logs, targets, self.weight, MEAN, NOTHING_IGNORED)
        error = _nll_backward(torch.ones(()), logs, targets, self.weight, MEAN, NOTHING_IGNORED, total)
        return _log_softmax_backward(error, logs, 1, torch.float32), loss


class SquaredError:
    """The mean square: answers float32 [batch, 1], targets float32 [batch]."""

    def __call__(self, answers: Tensor, targets: Tensor) -> Tensor:
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
            (layer.weight, layer.bias) for layer in (*network.hidden, network.answer) if isinstance(layer, nn.Linear)
        ]

    def __call__(self, inputs: tuple[Tensor, ...], targets: Tensor) -> tuple[Tensor, Tensor]:
        """Sets each parameter's `grad`; the batch's answers and their loss, both without a graph."""
        numbers, codes = inputs
        with torch.no_grad():
            values = [self.network.first(numbers, codes)]
            masks = self.network.masks(numbers) if self.network.training else []
            for i, (weight, bias) in enumerate(self.layers[:-1]):
                layer = torch.addmm(bias, values[i], weight.t()).relu_()
                values.append(layer.mul_(masks[i]) if masks else layer)
            weight, bias = self.layers[-1]
            answer = torch.addmm(bias, values[-1], weight.t())
            error, loss = self.loss.error(answer, targets)
            for i in reversed(range(len(self.layers))):
                weight, bias = self.layers[i]
                weight.grad, bias.grad = error.t() @ values[i], error.sum(0)
                if i > 0:
                    error = _threshold_backward(error @ weight, values[i], 0)
                    if masks:
                        error.mul_(masks[i - 1])
                elif self.network.embeddings:
                    self._embeddings(error @ weight, codes)
        return answer, loss

    def _embeddings(self, error: Tensor, codes: Tensor) -> None:
        first = error.shape[1] - sum(embed.weight.shape[1] for embed in self._tables())
        for i, embed in enumerate(self._tables()):
            count, width = embed.weight.shape
            part = error[:, first : first + width].contiguous()
            embed.weight.grad = _embedding_backward(part, codes[:, i].contiguous(), count, -1, False)
            first += width

    def _tables(self) -> list[nn.Embedding]:
        return [embed for embed in self.network.embeddings if isinstance(embed, nn.Embedding)]

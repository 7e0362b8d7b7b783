"""What people run without Kargah: the same MLP on the same table with a DataLoader, from a cold `python train.py`.

Usage: `python rival_train.py data.parquet target`. Prints when the first optimizer step was (seconds since the epoch).
"""

import sys
import time

import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def main(path: str, target: str) -> None:
    torch.manual_seed(42)
    frame = pd.read_parquet(path)
    labels, classes = pd.factorize(frame.pop(target))
    rows = torch.tensor(frame.to_numpy(dtype="float32"))
    rows = (rows - rows.mean(0)) / rows.std(0).clamp(min=1e-6)
    loader = DataLoader(TensorDataset(rows, torch.from_numpy(labels)), batch_size=64, shuffle=True)
    model = nn.Sequential(
        nn.Linear(rows.shape[1], 128), nn.ReLU(), nn.Dropout(0.1),
        nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.1),
        nn.Linear(64, len(classes)),
    )  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003, weight_decay=0.01)
    loss_of = nn.CrossEntropyLoss()
    for inputs, truth in loader:
        loss = loss_of(model(inputs), truth)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        sys.stdout.write(f"{time.time()}\n")
        return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

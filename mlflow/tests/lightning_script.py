"""A user's script that trains with Lightning and knows nothing of Kargah: a tiny network and the logger asked for."""

import os
import sys
import tempfile
from typing import Any

import mlflow
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import MLFlowLogger
from torch.utils.data import DataLoader, TensorDataset


class Net(pl.LightningModule):
    def __init__(self, lr: float = 0.1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch: Any, _index: int) -> torch.Tensor:
        inputs, targets = batch
        loss = torch.nn.functional.mse_loss(self.layer(inputs), targets)
        self.log("train_loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=self.hparams["lr"])


def fit(logger: MLFlowLogger | bool, lr: float = 0.1) -> None:
    pl.seed_everything(0, verbose=False)
    inputs = torch.randn(32, 4)
    loader = DataLoader(TensorDataset(inputs, inputs.sum(1, keepdim=True)), batch_size=8)
    with tempfile.TemporaryDirectory() as folder:
        trainer = pl.Trainer(
            max_epochs=3,
            accelerator="cpu",
            devices=1,
            logger=logger,
            log_every_n_steps=2,
            default_root_dir=folder,
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=logger is not False,
        )
        trainer.fit(Net(lr), loader)


ways = {
    "default": MLFlowLogger,
    "named": lambda: MLFlowLogger(
        "my experiment",
        run_name="first",
        tracking_uri=os.environ["MLFLOW_TRACKING_URI"],
        tags={"team": "a"},
        log_model=True,
    ),
}
way = sys.argv[1]
if way == "autolog":
    mlflow.set_experiment("another experiment")
    mlflow.pytorch.autolog(log_models=False)
    fit(logger=False)
else:
    logger = ways[way]()
    fit(logger)
    print("run", logger.run_id, logger.experiment_id)
if way == "default":
    # A further logger, as in a cross-validation, is another run.
    further = MLFlowLogger()
    fit(further, lr=0.2)
    print("further", further.run_id)

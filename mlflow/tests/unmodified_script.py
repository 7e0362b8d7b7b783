"""What a user's own script does, knowing nothing of Kargah: run by the bridge's tests with a job's environment."""

import mlflow
import mlflow.pytorch
import torch
from mlflow.utils.autologging_utils import batch_metrics_logger
from mlflow.utils.autologging_utils.metrics_queue import add_to_metrics_queue, flush_metrics_queue

with mlflow.start_run() as run:
    mlflow.log_params({"lr": 0.1, "layers": 2})
    for step in range(5):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_metrics({"acc": 0.5, "bad": float("nan")}, step=5)
    for step in range(50):
        mlflow.log_metric("async", step / 50, step=step, synchronous=False)
    mlflow.flush_async_logging()
    # Through these mlflow.pytorch.autolog logs what Lightning and TensorBoard's writer report.
    with batch_metrics_logger(run.info.run_id) as autolog:
        for step in range(20):
            autolog.record_metrics({"lightning": step / 20}, step=step)
    for step in range(20):
        add_to_metrics_queue("tensorboard", step / 20, step, 1_700_000_000_000 + step, run.info.run_id)
    flush_metrics_queue()
    mlflow.set_tag("note", "یادداشت")
    mlflow.log_text("سلام", "notes/hello.txt")
    with mlflow.start_run(run_name="fold", nested=True) as fold:
        mlflow.log_metric("loss", 0.5, step=0)
        mlflow.log_text("لا", "fold.txt")
    assert mlflow.get_run(fold.info.run_id).data.metrics == {"loss": 0.5}

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2)).eval()
    example = torch.zeros(2, 4).numpy()
    mlflow.pytorch.log_model(model, name="model", input_example=example, pip_requirements=["torch"])

loaded = mlflow.pytorch.load_model(f"runs:/{run.info.run_id}/model")
module = loaded.module() if hasattr(loaded, "module") else loaded
with torch.no_grad():
    # Exported with the example's batch of two.
    torch.testing.assert_close(module(torch.ones(2, 4)), model(torch.ones(2, 4)))
assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes/hello.txt") == "سلام"
print("run", run.info.run_id)

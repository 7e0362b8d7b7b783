"""What a user's own script does, knowing nothing of Kargah: run by the bridge's tests with a job's environment."""

import mlflow
import mlflow.pytorch
import torch

with mlflow.start_run() as run:
    mlflow.log_params({"lr": 0.1, "layers": 2})
    for step in range(5):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_metrics({"acc": 0.5, "bad": float("nan")}, step=5)
    mlflow.set_tag("note", "یادداشت")
    mlflow.log_text("سلام", "notes/hello.txt")

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

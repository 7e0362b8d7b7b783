"""What is moved or copied to another project."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kargah.client.errors import KargahError
from kargah.client.transport.http import API, Http

if TYPE_CHECKING:
    from kargah.client import wire
    from kargah.client.projects import Project

FIRST_LOOK_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0


def id_of(project: str | Project) -> str:
    return project if isinstance(project, str) else project.id


def taken_to(http: Http, path: str, project: str | Project) -> str:
    """Asks for a move or a copy and waits for its end; answers what it is called there.

    Raises:
        KargahError: with the reason for which it was refused, or failed.
    """
    transfer: wire.Transfer = http.json("POST", path, json={"project_id": id_of(project)})
    pause = FIRST_LOOK_SECONDS
    while transfer["state"] == "running":
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_WAIT_SECONDS)
        transfer = http.json("GET", f"{API}/transfers/{transfer['transfer_id']}")
    error = transfer["error"]
    if error is not None:
        raise KargahError(error["code"], error["detail"], error["detail_fa"])
    assert transfer["result_id"] is not None
    return transfer["result_id"]

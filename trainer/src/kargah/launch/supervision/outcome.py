"""The proof of how a job ended: what its own parent saw, in one file."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

from kargah.launch.command import variables
from kargah.launch.paths import JobPaths, read_json
from kargah.launch.supervision import exceptions
from kargah.reporting.spool import has_pending

_COMPILE = "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')"


@dataclass(frozen=True)
class Ending:
    """What the supervisor saw: the exit status, and what it did itself."""

    exit_code: int | None
    signal_number: int | None
    stopped: bool
    oom: bool
    """It held more than it was given: the supervisor measured it and ended it."""
    maybe_oom: bool
    """Somebody else's SIGKILL ended it while the kernel ended processes for memory: which ones, it does not say."""
    timed_out: bool
    abandoned: bool
    """It was ended because no bridge had run for too long."""
    disk_full: bool
    launch_error: str | None
    started_at: datetime
    peak_memory_bytes: int | None
    cpu_seconds: float | None


@dataclass(frozen=True)
class Outcome:
    """The content of `outcome.json`; the bridge's `Outcome` in `launchers/port.ts`."""

    fence: int | None
    exit_code: int | None
    signal: str | None
    stopped: bool
    oom: bool
    timed_out: bool
    error: dict[str, Any] | None
    model: dict[str, Any] | None
    best_metric: dict[str, Any] | None
    peak_memory_bytes: int | None
    cpu_seconds: float | None
    started_at: str
    ended_at: str
    spool_pending: bool


def outcome_of(job: dict[str, Any], paths: JobPaths, ending: Ending) -> dict[str, Any]:
    """Judges the ending by what the training process left behind."""
    result = read_json(paths.result) or {}
    number = ending.signal_number
    return asdict(
        Outcome(
            fence=job.get("fence"),
            exit_code=ending.exit_code,
            signal=None if number is None else _signal_name(number),
            stopped=ending.stopped,
            oom=ending.oom,
            timed_out=ending.timed_out,
            error=_error(job, paths, ending),
            model=result.get("model"),
            best_metric=result.get("best_metric"),
            peak_memory_bytes=ending.peak_memory_bytes,
            cpu_seconds=ending.cpu_seconds,
            started_at=_rfc3339(ending.started_at),
            ended_at=_rfc3339(datetime.now(timezone.utc)),
            spool_pending=has_pending(paths.spool) or has_pending(paths.system_spool),
        )
    )


def _error(job: dict[str, Any], paths: JobPaths, ending: Ending) -> dict[str, Any] | None:
    if ending.launch_error is not None:
        return {"code": "launch_failed", "params": {"reason": ending.launch_error}}
    if ending.oom:
        return {"code": "out_of_memory"}
    if ending.timed_out:
        return {"code": "time_limit_reached", "params": {"seconds": job["time_limit_seconds"]}}
    if ending.abandoned:
        # A job that only waited for a bridge to take its model has succeeded.
        return (
            None
            if paths.pending_model.exists()
            else {"code": "no_bridge", "params": {"seconds": job["orphan_seconds"]}}
        )
    return None if ending.stopped or ending.exit_code == 0 else _own_failure(job, paths, ending)


def _own_failure(job: dict[str, Any], paths: JobPaths, ending: Ending) -> dict[str, Any]:
    failure = read_json(paths.failure)
    if failure is not None and isinstance(failure.get("code"), str):
        return {"code": failure["code"], "params": failure.get("params") or {}}
    # A mapped file for which there is no room ends its process with SIGBUS.
    no_room = ending.disk_full and ending.signal_number in (None, signal.SIGBUS)
    if ending.signal_number is not None and not no_room:
        code = "killed_maybe_memory" if ending.maybe_oom else "killed_by_signal"
        said = exceptions.last_exception(paths.log, _secrets(paths))
        return {"code": code, "params": {"signal": _signal_name(ending.signal_number)} | _params(said)}
    script = job.get("script")
    if script and ending.exit_code == 1 and not _compiles(str(script["path"])):
        return {"code": "script_syntax", "params": _params(exceptions.last_exception(paths.log, _secrets(paths)))}
    if no_room:
        return {"code": "storage_full"}
    if script:
        return _script_failure(paths, ending.exit_code or 0)
    return {"code": "recipe_failed", "params": {"reason": f"exit code {ending.exit_code}"}}


def _script_failure(paths: JobPaths, code: int) -> dict[str, Any]:
    params: dict[str, str | int] = {"exit_code": code}
    secrets = _secrets(paths)
    # Any other code was asked for: what was printed before is not the reason.
    raised = exceptions.last_exception(paths.log, secrets) if code == 1 else None
    if raised is not None:
        return {"code": "script_failed", "params": params | raised.as_params()}
    said = exceptions.last_line(paths.log, secrets)
    return {"code": "script_silent" if said is None else "script_exited", "params": params | _params(said)}


def _params(line: exceptions.Line | None) -> dict[str, str | int]:
    return {} if line is None else line.as_params()


def _secrets(paths: JobPaths) -> list[str]:
    """Values that a log may hold and an outcome must not repeat: the token and the variables kept secret."""
    given = list(variables(paths, secret=True).values())
    try:
        return [paths.token.read_text(encoding="ascii").strip(), *given]
    except (OSError, ValueError):
        return given


def _compiles(path: str) -> bool:
    """Judged in a process of its own: compiling hostile source may crash an interpreter."""
    try:
        argv = [sys.executable, "-I", "-c", _COMPILE, path]
        checked = subprocess.run(argv, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return True
    return checked.returncode == 0


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


def _rfc3339(at: datetime) -> str:
    return at.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")

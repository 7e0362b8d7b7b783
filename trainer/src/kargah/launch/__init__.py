"""How a job's process is started, watched and ended. Nothing here imports torch."""

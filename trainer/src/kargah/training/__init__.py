"""The training side of a job: loop, checkpoints, reporter, and the entry that the job process calls."""

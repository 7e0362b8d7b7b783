"""What a supervisor does beside its job: log, lease, system figures, outcome."""

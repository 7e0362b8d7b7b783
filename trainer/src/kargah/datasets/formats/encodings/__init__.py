"""Which encoding a text is in, and the texts that were read in a wrong one."""

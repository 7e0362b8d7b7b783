"""Which settings a sweep tries next, and which of its jobs it gives up. It remembers no earlier question."""

"""A Python that has loaded PyTorch before any job asks, and becomes the process of the next one."""

import torch

# Other processes of a test run want the cores too; threads beyond the free ones make small networks many times slower.
torch.set_num_threads(1)

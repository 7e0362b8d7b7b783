"""What the bridge asks of a dataset, a module each: read, preview, query, compare, split, export."""

"""Tables as they are read: their columns typed, their values plain, kept as Parquet."""

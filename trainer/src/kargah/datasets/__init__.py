"""Reads what people upload: text tables, Parquet, JSON Lines and zips of image folders.

Runs in a process of its own with limits, started by the bridge; see `read` and `preview`.
"""

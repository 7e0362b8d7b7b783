"""What a file is, and how each format is opened."""

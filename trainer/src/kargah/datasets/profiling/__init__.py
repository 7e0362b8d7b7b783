"""What a dataset holds, measured: statistics, histograms, a likely target, leaks and overlaps."""

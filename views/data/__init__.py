"""Reads: cached functions that take and return primitives and DataFrames, one module per area."""

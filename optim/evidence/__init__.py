"""Measuring in blocks, statistics, verdicts, attribution, predictions: no pipeline, no database."""

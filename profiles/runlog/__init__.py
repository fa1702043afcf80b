"""The log of a ``run_batt.py`` pipeline: its line grammar, what its keys mean, and the run that follows from it."""

"""The pipeline, its wins, and the measuring of configs against each other."""

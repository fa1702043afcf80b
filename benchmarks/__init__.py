"""Scripts that print the figures that the README reports. ``python -m benchmarks`` runs them all."""

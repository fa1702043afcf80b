"""Pipelines: what all of them have in common (``protocol``), and a user's command as one (``external``)."""

"""A user's command as a pipeline: its switches, caches, answers and git refs, and one run of it."""

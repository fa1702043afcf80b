"""Hypothesis without deadlines: a busy machine is no fault of an importer."""

from hypothesis import settings

settings.register_profile("importers", deadline=None)
settings.load_profile("importers")

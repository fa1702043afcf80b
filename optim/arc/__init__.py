"""The built-in pipeline: an ARC solver over real tasks, with its wins as switches."""

#: What runs of it say of themselves.
PIPELINE = "arc"

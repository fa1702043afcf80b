"""The project file: what is measured, its wins, its plan."""

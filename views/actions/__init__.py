"""Writes: only from form submits and ``on_click``; each clears the caches concerned. One module per area."""

"""Tasks in processes that can be killed: supervisor, worker, limits, cluster."""

"""What the app shows: pages, and the data, charts and actions that they put together."""

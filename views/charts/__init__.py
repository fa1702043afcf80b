"""Charts: functions from DataFrame to ``go.Figure``, without Streamlit; tested by their traces. One module per area."""

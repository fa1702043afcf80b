"""What a person can do and what is known, each rule once; without click and without Streamlit."""

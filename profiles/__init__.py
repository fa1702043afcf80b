"""Where the time went: the recorder, the records it leaves, and what can be read out of them."""

"""The way of a foreign file into the house: decoding, containers, and parsing in a child process under limits."""

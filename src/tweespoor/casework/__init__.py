"""The verbs of a conversation with the tables they write, without pages."""

"""The order in which things happened in a conversation, chained by hashes."""

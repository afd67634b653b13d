"""The conditions under which a conversation may be recorded, without any input or output."""

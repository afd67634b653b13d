"""What a stranger can check, without Django."""

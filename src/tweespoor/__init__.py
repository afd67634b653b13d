"""Tweespoor lets people and an organisation record a conversation together, and proves how."""

"""The Django app with the tables."""

from django.apps import AppConfig


class Casework(AppConfig):
    """Everything that an organisation keeps about a conversation."""

    name = "tweespoor.casework"
    label = "casework"

"""The sentences that scripts may say; they come with the page, in its language."""

from django import template

from tweespoor.web.words import SAID_BY_SCRIPTS

register = template.Library()


@register.simple_tag
def sentences() -> dict[str, str]:
    """Give each sentence by its name; what stands between braces the script fills in."""
    return {name: str(sentence) for name, sentence in SAID_BY_SCRIPTS.items()}

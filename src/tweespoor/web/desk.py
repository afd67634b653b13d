"""Lets a worker in to the own conversations; anybody else's do not exist."""

import re
from collections.abc import Callable
from functools import update_wrapper, wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from tweespoor.casework.models import Conversation, Role
from tweespoor.errors import UnknownError
from tweespoor.web.staffing import only, signed_in

P = ParamSpec("P")

MAY_RECORD = (Role.WORKER, Role.MANAGER)
_ID = re.compile(r"[0-9a-f]{32}")


def own(
    view: Callable[Concatenate[HttpRequest, str, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let in who opened this conversation."""

    @only(*MAY_RECORD)
    @wraps(view)
    def guarded(request: HttpRequest, conversation: str, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        mine = (
            _ID.fullmatch(conversation)
            and Conversation.objects.filter(pk=conversation, worker=signed_in(request)).exists()
        )
        if not mine:
            raise UnknownError
        return view(request, conversation, *args, **kwargs)

    def by_name(request: HttpRequest, conversation: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return guarded(request, conversation, *args, **kwargs)

    update_wrapper(by_name, view)
    return by_name

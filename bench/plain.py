"""What everybody would write first: a plain Django view that writes each chunk to a file of its own and fsyncs it.

Nothing is checked, chained or encrypted, and there is no middleware.  The view is asynchronous and leaves the disk to
a thread, which is the fastest of the plain ways.
"""

import asyncio
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

FOLDER = Path(os.environ["TWEESPOOR_HOME"]) / "plain"
FOLDER.mkdir(parents=True, exist_ok=True)

settings.configure(SECRET_KEY="bench", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True)
django.setup()


def keep(track: str, number: int, body: bytes) -> None:
    """Write and fsync one file."""
    file = os.open(FOLDER / f"{track}-{number}", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(file, body)
        os.fsync(file)
    finally:
        os.close(file)


async def chunk(request: HttpRequest, track: str, number: int) -> JsonResponse:
    """Keep one chunk."""
    await asyncio.to_thread(keep, track, number, request.body)
    answer = JsonResponse({"accepted": number})
    answer["Content-Length"] = str(len(answer.content))
    return answer


urlpatterns = [path("i/<str:track>/<int:number>", chunk)]
application = get_asgi_application()

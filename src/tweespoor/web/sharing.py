"""Pages on which somebody who took part asks to share or to make public, and gives what everyone agreed to.

The form is filled in, looked at once more, and only then asked: everyone sees who asks (clause 6a).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tweespoor.casework import ledger, polling, settling, sharing, transcribing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Hearing, Question, Staff
from tweespoor.casework.sharing import Wanted
from tweespoor.casework.writing_out import FORMS
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import conditions
from tweespoor.rules.kinds import Content
from tweespoor.rules.state import Conversation, Part
from tweespoor.web import codes, questions, words
from tweespoor.web.answering import seen
from tweespoor.web.hearing import listener
from tweespoor.web.showing import names
from tweespoor.web.sounds import SOUND, answer_with_copy, is_made
from tweespoor.web.transcribing import as_file

TERMS: dict[int, Promise] = {
    7: gettext_lazy("Een week"),
    31: gettext_lazy("Een maand"),
    92: gettext_lazy("Drie maanden"),
    365: gettext_lazy("Een jaar"),
}
USUAL = 31


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where: a participant on the own page, or the organisation on the desk."""

    conversation_id: str
    seat: int | None
    here: str
    back: str
    template: str
    staff: Staff | None = None


# Asking ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def share(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Let somebody ask to share."""
    return _ask_of(request, session, public=False)


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def publish(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Let somebody ask to make public: a question of its own, with a warning of its own (clause 6b)."""
    return _ask_of(request, session, public=True)


def _ask_of(request: HttpRequest, session: Hearing, *, public: bool) -> HttpResponse:
    here = reverse("hear_publish" if public else "hear_share")
    asker = Asker(session.conversation_id, session.seat, here, reverse("hear_questions"), "web/hear_share.html")
    made = ask(request, asker, public=public)
    return made if isinstance(made, HttpResponse) else redirect("hear_question", made.pk)


def ask(request: HttpRequest, asker: Asker, *, public: bool) -> HttpResponse | Question:
    """Show the form, show it once more, or ask; gives the question that was asked."""
    state = ledger.state(asker.conversation_id)
    choices = choices_of(state, asker.seat)
    context: dict[str, object] = {
        "here": asker.here,
        "back": asker.back,
        "public": public,
        "by_us": asker.seat is None,
        "conversation": asker.conversation_id,
    }
    if request.method != "POST" or not choices:
        form = context | _form(request.POST, state, choices)
        return render(request, asker.template, form)
    wanted = _read(request.POST, state, choices, public=public)
    sure = request.POST.get("sure") == "yes" and (not public or request.POST.get("known") == "yes")
    try:
        whole = sharing.see_whole(wanted)
        if sure:
            return sharing.ask(asker.conversation_id, asker.seat, whole, staff=asker.staff)
    except Refused as refused:
        told = words.wrong(words.refusal(refused.codes), refused.codes[0])
        form = context | _form(request.POST, state, choices) | told
        return render(request, asker.template, form, status=422)
    return render(request, asker.template, context | _once_more(request.POST, state, whole, asker))


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be shared: a part or the result of a cut, as sound or as text."""

    key: str
    part: Part
    what: Content = Content.SOUND
    edit: str | None = None

    @property
    def says(self) -> str:
        """Say what it is."""
        return questions.what(self.part.started_at, self.part.ended_at, self.what, cut=self.edit is not None)


def choices_of(state: Conversation, seat: int | None) -> dict[str, Choice]:
    """Give what somebody could ask to share or to make public now, by a key for the form."""
    found: dict[str, Choice] = {}
    for number, part in state.parts.items():
        if (seat is not None and seat not in part.present) or not conditions.may_export(state, number):
            continue
        if part.ended_at is not None:
            found[f"sound-{number}"] = Choice(f"sound-{number}", part)
        if found.get(f"sound-{number}") and transcribing.texts(state.conversation or "", part=number):
            found[f"text-{number}"] = Choice(f"text-{number}", part, Content.TEXT)
    for edit in state.edits.values():
        part_of = found.get(f"sound-{edit.part}")
        if part_of and edit.derivatives and not edit.ended and polling.still_holds(edit.edit, state):
            found[f"cut-{edit.edit}"] = Choice(f"cut-{edit.edit}", part_of.part, edit=edit.edit)
            if f"text-{edit.part}" in found:
                key = f"text-cut-{edit.edit}"
                found[key] = Choice(key, part_of.part, Content.TEXT, edit.edit)
    return found


def _form(given: Mapping[str, str], state: Conversation, choices: Mapping[str, Choice]) -> dict[str, object]:
    called = names(state)
    chosen = given.get("what", next(iter(choices), ""))
    others = {seat for one in choices.values() for seat in sharing.professionals(state, one.part)}
    return {
        "choices": [{"key": one.key, "says": one.says, "chosen": one.key == chosen} for one in choices.values()],
        "terms": [
            {"days": days, "says": says, "chosen": given.get("days", str(USUAL)) == str(days)}
            for days, says in TERMS.items()
        ],
        "professionals": [
            {"seat": seat, "name": called[seat], "chosen": given.get(f"words-{seat}") == "yes"}
            for seat in sorted(others)
        ],
        "recipient": given.get("recipient", ""),
        "purpose": given.get("purpose", ""),
        "longest": sharing.LONGEST,
    }


def _read(given: Mapping[str, str], state: Conversation, choices: Mapping[str, Choice], *, public: bool) -> Wanted:
    choice = choices.get(given.get("what", ""))
    if choice is None:
        raise UnknownError
    days = given.get("days", "")
    return Wanted(
        part=choice.part.part,
        recipient=given.get("recipient", ""),
        purpose=given.get("purpose", ""),
        days=int(days) if days in {str(one) for one in TERMS} else 0,
        public=public,
        what=choice.what,
        edit=choice.edit,
        words=frozenset(
            seat for seat in sharing.professionals(state, choice.part) if given.get(f"words-{seat}") == "yes"
        ),
    )


def _once_more(given: Mapping[str, str], state: Conversation, wanted: Wanted, asker: Asker) -> dict[str, object]:
    called = names(state)
    part = state.parts[wanted.part]
    kept = ("what", "recipient", "purpose", "days", *(f"words-{seat}" for seat in wanted.words))
    return {
        "once_more": True,
        "asker": settling.house().organisation if asker.seat is None else _("Jij"),
        "kept": [(name, given.get(name, "")) for name in kept],
        "what": questions.what(part.started_at, part.ended_at, wanted.what, cut=wanted.edit is not None),
        "recipient": wanted.recipient,
        "purpose": wanted.purpose,
        "until": questions.until(sharing.until(wanted.days)),
        "deadline": questions.until(polling.deadline(now_ms())),
        "words": [called[seat] for seat in sorted(wanted.words) if seat in called],
    }


# Giving ---------------------------------------------------------------------------------------------


@require_POST
@seen
def link(request: HttpRequest, session: Hearing, one: Question) -> HttpResponse:
    """Make the link, and show it once."""
    token = sharing.deliver(one.pk, session.seat)
    return render(request, "web/hear_link.html", made(one, session.seat, token))


def made(one: Question, seat: int | None, token: str) -> dict[str, object]:
    """Give what the page of a link shows: this once, for of a link only a hash is kept."""
    address = codes.whole(reverse("given", args=[token]))
    told = {"address": address, "code": codes.square(address), "here": reverse("hear_question", args=[one.pk])}
    return questions.told(one, seat) | told


@require_POST
@seen
def end_link(request: HttpRequest, session: Hearing, one: Question) -> HttpResponse:  # noqa: ARG001 - a view
    """End the link."""
    sharing.end_links(one.pk, session.seat)
    return redirect("hear_question", one.pk)


@require_POST
@seen
def public(request: HttpRequest, session: Hearing, one: Question) -> HttpResponse:
    """Let the file be made that everyone agreed to make public, and lead to it when it is there."""
    if is_made(lambda: sharing.public_sound(one.pk, session.seat)):
        return redirect("hear_public_file", one.pk)
    return render(request, "web/hear_making.html", {"here": reverse("hear_question", args=[one.pk])})


@require_safe
@seen
def public_file(request: HttpRequest, session: Hearing, one: Question) -> HttpResponseBase:
    """Give the file that everyone agreed to make public, to who asked it."""
    answer = answer_with_copy(request, lambda: sharing.public_sound(one.pk, session.seat))
    if request.method == "GET" and answer.status_code in SOUND:
        sharing.published(one.pk, session.seat)
    answer["Content-Disposition"] = 'attachment; filename="gesprek.m4a"'
    return answer


@require_safe
@seen
def public_text(request: HttpRequest, session: Hearing, one: Question, form: str) -> HttpResponse:
    """Give the text that everyone agreed to make public, to who asked it, in one of three forms."""
    if form not in FORMS:
        raise UnknownError
    text = sharing.public_text(one.pk, session.seat)
    began = ledger.state(one.conversation_id).parts[text.part].started_at or 0
    if request.method == "GET":
        sharing.published(one.pk, session.seat)
    return as_file(began, text, form, began)


urlpatterns = [
    path("luister/delen", share, name="hear_share"),
    path("luister/openbaar", publish, name="hear_publish"),
    path("luister/vraag/<str:question>/link", link, name="hear_link"),
    path("luister/vraag/<str:question>/end-link", end_link, name="hear_end_link"),
    path("luister/vraag/<str:question>/public", public, name="hear_public"),
    path("luister/vraag/<str:question>/gesprek.m4a", public_file, name="hear_public_file"),
    path("luister/vraag/<str:question>/tekst.<str:form>", public_text, name="hear_public_text"),
]

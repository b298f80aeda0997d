"""The pages of the referral form: begin it, fill it in, come back to it, check it, send it.

What is typed is stored before it is looked at, so that no refusal loses it. Nothing of it is looked up: no
page can tell whether a child is known.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from sightline.core.audit import System
from sightline.core.command import NotDone
from sightline.core.pages.refusals import too_often
from sightline.core.trust.actor import system_actor
from sightline.frontline.referral import sending
from sightline.frontline.referral.models import Contact
from sightline.frontline.referral.pages.refer import coach, letters
from sightline.frontline.referral.pages.refer.answers import as_contact
from sightline.frontline.referral.pages.refer.entering import CAME, HUB, EnteringForm, came_in_words
from sightline.frontline.referral.pages.refer.forms import ChildrenForm, LaterForm, PageForm, StartForm
from sightline.frontline.referral.pages.refer.limits import is_too_often
from sightline.frontline.referral.pages.refer.steps import (
    DANGER,
    STEPS,
    Step,
    after,
    before,
    filled_in,
    first,
    step_of,
)
from sightline.frontline.referral.pages.refer.visit import (
    COOKIE,
    COOKIE_PATH,
    begun_anew,
    draft_of,
    enters,
    form_page,
    known,
    quiet,
    refused,
    to_receipt,
    turn_of,
    typed,
    with_cookie,
)
from sightline.frontline.referral.sending import Draft

LEAST_SECONDS = 5
"""Nobody fills the form in faster than this."""

NOT_HERE = {"problem": "your text is still on this page. Press the button below to save it."}
"""The form was sent or deleted, or its page was saved from elsewhere meanwhile."""

BY = System("the referral form")


@form_page
def start(request: HttpRequest) -> HttpResponse:
    """When to ring instead, what happens next, and who wants to tell what."""
    draft, user = draft_of(request), known(request)
    chosen = {"danger": ["yes" if draft.is_immediate else "no"], "who": [draft.who]} if draft else {}
    data = request.POST if request.method == "POST" else None
    is_hub = enters(request) is not None
    if is_hub:
        form: StartForm = EnteringForm(
            data, before={**chosen, **(draft.pages.get(CAME, {}) if draft else {})}
        )
    else:
        form = StartForm(data, before=chosen, is_known=user is not None)
    is_open = sending.hub_team() is not None
    context: dict[str, Any] = {"form": form, "draft": draft, "is_open": is_open, "is_hub": is_hub}
    if draft is not None and draft.pages:
        context["go_on"] = where(draft)
    if not form.is_valid():
        return render(request, "referral/refer/start.html", context)
    if draft is None and not is_hub and is_too_often(request, "begin"):
        return refused(request, "referral/refer/start.html", context)
    draft = begun(request, draft, form)
    is_change = request.GET.get("then") == "check" and not draft.is_immediate
    following = where(draft) if is_change else reverse("referral:refer-page", args=[first(draft).key])
    return with_cookie(redirect(following), draft.key)


def begun(request: HttpRequest, draft: Draft | None, form: StartForm) -> Draft:
    """The form of whoever told who they are, begun if it was not, with what is known of them filled in."""
    user, is_hub = known(request), enters(request) is not None
    is_immediate = form.cleaned_data["danger"] == "yes"
    who = HUB if is_hub else "professional" if user else form.cleaned_data["who"] or "public"
    if draft is None:
        draft = sending.begin(who, is_immediate=is_immediate, user=user.pk if user else None)
    draft.who, draft.is_immediate = who, is_immediate
    if is_hub:
        draft.pages[CAME] = typed(request)
    elif user and "you" not in draft.pages:
        code = user.agency.code if user.agency else ""
        draft.pages["you"] = {"name": [user.name], "agency": [code], "email": [user.email]}
    sending.save(draft)
    return draft


@form_page
def page(request: HttpRequest, step: str) -> HttpResponse:
    """One page of questions; what was typed is stored before it is looked at."""
    draft = draft_of(request)
    if draft is None and request.method == "POST":
        draft = begun_anew(request, step)
    if draft is None:
        return to_receipt(request) or redirect("referral:refer")
    found = step_of(draft, step)
    if found is None:
        raise Http404
    if request.method != "POST":
        return show(request, draft, found, found.form(before=draft.pages.get(found.key)))
    form = found.form(request.POST)
    if is_too_often(request, "save"):
        return refused(request, "referral/refer/page.html", about(draft, found, form))
    try:
        saved = sending.save_page(draft.key, found.key, typed(request), turn=turn_of(request))
    except sending.TooLong:
        form.add_error(None, "This is more than the form can take. Shorten it: it was not saved")
        return show(request, draft, found, form)
    return with_cookie(go_on(request, saved or draft, found, form), draft.key)


def go_on(request: HttpRequest, draft: Draft, step: Step, form: PageForm) -> HttpResponse:
    """What follows a page that was stored: the next one, or the same with what there is to mend or to add."""
    if "add" in request.POST and step.form is ChildrenForm:
        return show(request, draft, step, ChildrenForm(before=typed(request), more=1))
    if not form.is_valid():
        return show(request, draft, step, form)
    if step.key == DANGER:
        return send(request, draft, form, "referral/refer/page.html", about(draft, step, form))
    asks = {name: words for name, words in coach.thin(form.cleaned_data).items() if name not in draft.asked}
    if asks:
        draft.asked += asks
        sending.save(draft)
        return show(request, draft, step, step.form(before=typed(request)), asks)
    following = after(draft, step)
    if following is None or request.GET.get("then") == "check":
        return redirect("referral:refer-check")
    return redirect("referral:refer-page", following.key)


@form_page
def check(request: HttpRequest) -> HttpResponse:
    """Everything once more, what is missing and why it matters, and the button that sends it."""
    draft = draft_of(request)
    if draft is None or draft.is_immediate:
        return to_receipt(request) or redirect("referral:refer")
    form = PageForm(request.POST if request.method == "POST" else None)
    pages = filled_in(draft)
    wrong = [step for step in STEPS[draft.who] if not pages[step.key].is_valid()]
    context = {
        "form": form,
        "rows": coach.told(draft, pages),
        "missing": coach.missing(draft, pages),
        "wrong": wrong,
        "level": coach.level_asked(pages),
        "came": came_in_words(draft),
        "back": STEPS[draft.who][-1].key,
    }
    if request.method != "POST":
        return render(request, "referral/refer/check.html", context)
    for step in wrong:
        form.add_error(None, f"Mend the page “{step.title}” first")
    return send(request, draft, form, "referral/refer/check.html", context)


@require_POST
def save(request: HttpRequest) -> JsonResponse:
    """Store what somebody types, while they type it."""
    draft = draft_of(request)
    step = step_of(draft, request.POST.get("page", "")) if draft else None
    if draft is None or step is None:
        return JsonResponse(NOT_HERE)
    if is_too_often(request, "save"):
        return quiet(JsonResponse({}, status=429))
    given = typed(request)
    try:
        saved = sending.save_page(draft.key, step.key, given, turn=turn_of(request), only_later=True)
    except sending.TooLong:
        return JsonResponse({"problem": "this is more than the form can take"})
    if saved is None or saved.pages.get(step.key) != given:
        return JsonResponse(NOT_HERE)
    return JsonResponse({"saved": f"{timezone.localtime():%H:%M}"})


@form_page
def later(request: HttpRequest) -> HttpResponse:
    """Have the link sent by which the form is gone on with, or delete the form."""
    draft = draft_of(request)
    if draft is None:
        return redirect("referral:refer")
    if "delete" in request.POST:
        sending.forget(draft.key)
        response = redirect("referral:refer")
        response.delete_cookie(COOKIE, path=COOKIE_PATH)
        return response
    form = LaterForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "go_on": where(draft), "days": sending.KEPT.days}
    if form.is_valid():
        if is_too_often(request, "mail"):
            return refused(request, "referral/refer/later.html", context)
        if letters.send_link(form.cleaned_data["email"], draft.key):
            return render(request, "referral/refer/link_sent.html", context)
        form.add_error(None, "The e-mail could not be sent. Your form is kept on this device all the same")
    return render(request, "referral/refer/later.html", context)


@form_page
def resume(request: HttpRequest, key: str) -> HttpResponse:
    """Come back by the link. It asks first: nobody is led by another's link to type into their form."""
    if is_too_often(request, "receipt"):
        return quiet(too_often(request))
    draft = sending.read(key)
    if draft is None:
        return render(request, "referral/refer/gone.html", status=410)
    if request.method != "POST":
        return render(request, "referral/refer/resume.html", {"draft": draft})
    return with_cookie(redirect(where(draft)), key)


def send(
    request: HttpRequest, draft: Draft, form: PageForm, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Send a form, unless it is junk or one too many; a second time leads to the receipt of the first."""
    if form.is_valid() and (why := why_not(request, draft)):
        form.add_error(None, why)
    deed = "danger" if draft.is_immediate else "send"
    if form.is_valid() and not enters(request) and is_too_often(request, deed):
        return refused(request, template, context)
    contact = None
    if form.is_valid():
        try:
            contact = deliver(request, draft)
        except NotDone as refusal:
            form.add_error(None, str(refusal))
        except IntegrityError:
            if answer := to_receipt(request):
                return answer
            raise
    if contact is None:
        return render(request, template, context)
    return sent(request, draft, contact)


def sent(request: HttpRequest, draft: Draft, contact: Contact) -> HttpResponse:
    """Lead to what says that it was sent; the cookie stays a while, for whoever goes back and sends again."""
    user, receipt = known(request), sending.receipt_key(draft.key)
    if user is None or draft.who == HUB:
        for address in filter(None, draft.pages.get("you", {}).get("email", [])):
            letters.send_receipt(address, contact.dossier.reference, receipt)
    if user is None:
        return with_cookie(redirect("referral:refer-receipt", receipt), draft.key, minutes=15)
    what = "The contact" if draft.who == HUB else "Your referral"
    team = contact.dossier.owner_team
    messages.success(request, f"{what} {contact.dossier.reference} was sent to {team}")
    return with_cookie(redirect("referral:contact", contact.pk), draft.key, minutes=15)


def why_not(request: HttpRequest, draft: Draft) -> str:
    """What speaks against its being sent by a person; each can be put right without losing anything."""
    if request.POST.get("website"):
        return "A box was filled in that people do not see. It is empty now: send the form once more"
    if draft.who == HUB and not draft.is_immediate and not enters(request):
        return (
            "You have been signed out. Sign in again in another tab, and then send it here. Nothing is lost"
        )
    age = (timezone.now() - draft.begun_at).total_seconds()
    # Less than none: the server's clock went back meanwhile, which is nobody's fault.
    if 0 <= age < LEAST_SECONDS and not draft.is_immediate:
        return "That was very quick. Look once more at what you wrote, and send the form again"
    return ""


def deliver(request: HttpRequest, draft: Draft) -> Contact:
    """Send it, by whoever is known by their account, or by the software for anybody else."""
    user = known(request)
    given = as_contact(draft, None if draft.who == HUB else user)
    if user is not None:
        return sending.send_referral(key=draft.key, by=user, **given)
    with system_actor("the referral form"):
        return sending.send_referral(key=draft.key, by=BY, **given)


def where(draft: Draft) -> str:
    """The address of the page on which somebody goes on."""
    if draft.is_immediate:
        return reverse("referral:refer-page", args=[DANGER])
    for step in STEPS[draft.who]:
        if step.key not in draft.pages:
            return reverse("referral:refer-page", args=[step.key])
    return reverse("referral:refer-check")


def about(draft: Draft, step: Step, form: PageForm) -> dict[str, Any]:
    """What the template of a page is told."""
    previous = before(draft, step)
    steps = STEPS[draft.who]
    return {
        "form": form,
        "step": step,
        "draft": draft,
        "number": steps.index(step) + 1 if step in steps else 0,
        "of": len(steps) + 1,
        "back": reverse("referral:refer-page", args=[previous.key])
        if previous
        else reverse("referral:refer"),
        "may_add": isinstance(form, ChildrenForm) and not form.is_full,
    }


def show(
    request: HttpRequest, draft: Draft, step: Step, form: PageForm, asks: dict[str, str] | None = None
) -> HttpResponse:
    """One page of questions."""
    return render(request, "referral/refer/page.html", {**about(draft, step, form), "asks": asks or {}})

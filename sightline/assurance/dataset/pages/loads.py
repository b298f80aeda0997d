"""Loads: what agencies handed in, and the form by which they do."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sightline.assurance.dataset import words
from sightline.assurance.dataset.commands import receive_load
from sightline.assurance.dataset.models import Load
from sightline.assurance.dataset.own import ask_to_publish
from sightline.core import process
from sightline.core.files import NotTaken
from sightline.core.models import Agency, User
from sightline.core.permissions import Permission
from sightline.exchange.recognise import extracted_on
from sightline.govuk.forms import DateField
from sightline.govuk.paging import page_links

ASKED = (
    "The front door’s records are being read. If they have changed, they stand here in a moment as a load of"
    " their own; if not, the load that is there says when they were looked at."
)
A_PAGE = 30
"""How many loads a page lists."""

TAGS = {
    Load.States.RECEIVED: "govuk-tag--blue",
    Load.States.READ: "govuk-tag--yellow",
    Load.States.UNREADABLE: "govuk-tag--red",
    Load.States.CONFIRMED: "govuk-tag--green",
    Load.States.DISCARDED: "govuk-tag--grey",
    Load.States.WITHDRAWN: "govuk-tag--grey",
}


class Files(forms.ClearableFileInput):
    """A box that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; the cleaned value is the list of them."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each file by itself. Raises `ValidationError` for none, and for an empty one."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given] or super().clean(None, initial)


class NewLoad(forms.Form):
    """What an agency hands in. Whoever may load for one agency alone is not asked which."""

    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        None,
        label="Agency that the files come from",
        error_messages={"required": "Choose the agency that the files come from"},
    )
    uploads = FilesField(
        label="Files",
        max_length=255,
        help_text="Extracts as your system makes them, or filled-in templates. You can choose several files.",
        error_messages={"required": "Choose at least one file"},
    )
    extracted_on = DateField(
        label="Day on which the files were extracted",
        required=False,
        help_text="Only where a file’s name does not say it, as in annex-a-2026-04-20.xlsx",
    )
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.may(Permission.KEEP_DATASET):
            field = self.fields["agency"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Agency.objects.visible_to(user)
            field.empty_label = "Choose an agency"
        else:
            del self.fields["agency"]

    def clean_extracted_on(self) -> Any:
        """The day, which cannot lie ahead."""
        day = self.cleaned_data["extracted_on"]
        if day and day > timezone.localdate():
            raise ValidationError("The day on which the files were extracted must be today or in the past")
        return day

    def clean(self) -> dict[str, Any]:
        """A file that is dated nowhere needs the day."""
        cleaned = super().clean() or {}
        undated = [
            file.name for file in cleaned.get("uploads") or [] if extracted_on(Path("/", file.name)) is None
        ]
        if undated and not cleaned.get("extracted_on") and "extracted_on" not in self.errors:
            told = f"Enter the day on which {undated[0]} was extracted: its name does not say it"
            self.add_error("extracted_on", told)
        return cleaned


@require_safe
def loads(request: HttpRequest) -> HttpResponse:
    """What was handed in, the latest first."""
    user = request.user
    assert isinstance(user, User)
    found = (
        Load.objects.visible_to(user)
        .filter(replaced_by=None)
        .select_related("agency", "received_by", "snapshot")
        .prefetch_related("files")
    )
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "loads": page.object_list,
        "tags": TAGS,
        "pages": page_links(page.number, page.paginator.num_pages, "?page="),
        "all_agencies": user.may(Permission.KEEP_DATASET),
        "may_publish": process.publishes() and user.may(Permission.KEEP_DATASET),
        "breadcrumbs": [dataset_crumb(), {"text": "Loads"}],
        "words": words,
    }
    return render(request, "dataset/loads.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def publish_own(request: HttpRequest) -> HttpResponse:
    """Have the worker publish what the front door recorded; no such page is there without a front line."""
    user = request.user
    assert isinstance(user, User)
    if not process.publishes():
        raise Http404
    if request.method == "POST":
        ask_to_publish(by=user)
        messages.success(request, ASKED)
        return redirect("dataset:loads")
    context = {
        "held": Load.objects.visible_to(user).own().last(),
        "breadcrumbs": [dataset_crumb(), loads_crumb(), {"text": "Publish the front door’s facts"}],
    }
    return render(request, "dataset/publish_own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def load_new(request: HttpRequest) -> HttpResponse:
    """Hand in files."""
    user = request.user
    assert isinstance(user, User)
    is_sent = request.method == "POST"
    form = NewLoad(user, request.POST, request.FILES) if is_sent else NewLoad(user)
    own = None if "agency" in form.fields else user.agency
    if form.is_valid() and (agency := form.cleaned_data.get("agency") or own):
        made = _received(form, agency, user)
        if made is not None:
            return redirect("dataset:load", pk=made.pk)
    context = {
        "form": form,
        "own": own,
        "nobody": "agency" not in form.fields and own is None,
        "breadcrumbs": [dataset_crumb(), loads_crumb(), {"text": "Hand in files"}],
    }
    return render(request, "dataset/load_new.html", context)


def _received(form: NewLoad, agency: Agency, user: User) -> Load | None:
    """The load; None where a file is not taken, which the form then says."""
    token: UUID = form.cleaned_data.get("token") or uuid4()
    try:
        return receive_load(
            agency,
            uploads=form.cleaned_data["uploads"],
            extracted_on=form.cleaned_data["extracted_on"],
            by=user,
            token=token,
        )
    except NotTaken as refusal:
        form.add_error("uploads", str(refusal))
        return None
    except IntegrityError:
        # The same form came twice at the same moment, and the other one was faster.
        return Load.objects.visible_to(user).filter(token=token).first()


def dataset_crumb() -> dict[str, str]:
    """The way back to the dataset."""
    return {"text": "Dataset", "href": reverse("dataset:scorecard")}


def loads_crumb() -> dict[str, str]:
    """The way back to the loads."""
    return {"text": "Loads", "href": reverse("dataset:loads")}

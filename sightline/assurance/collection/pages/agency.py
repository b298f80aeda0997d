"""An agency's part of a quarter: what it owes, uploading, typing figures, signing off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sightline.assurance.collection import commands, contents, terms, words
from sightline.assurance.collection.commands import Signed, Typed
from sightline.assurance.collection.models import Agreement, Quality, Return, TypedFigure
from sightline.assurance.collection.pages import finding
from sightline.assurance.collection.pages.finding import about, person
from sightline.assurance.collection.terms import NotPossible
from sightline.core.files import NotTaken
from sightline.core.flow import NotAllowed
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.govuk.forms import DateField
from sightline.indicators.definition import Indicator, Unit
from sightline.indicators.definitions import INDICATORS

Kinds = Agreement.Kinds
LARGEST_COUNT = 10_000_000
REFUSALS = (NotPossible, NotAllowed, NotTaken)


@about(finding.returns_of_agency, only_read=True)
def agency(request: HttpRequest, made: Sequence[Return]) -> HttpResponse:
    """What an agency owes for a quarter, as a list of tasks."""
    user, first = person(request), made[0]
    is_maker = user.may(Permission.MAKE_RETURN, first)
    tasks = [(kind.label, [_task(item) for item in made if item.agreement.kind == kind]) for kind in Kinds]
    to_sign = [item for item in made if item.is_with_agency and not contents.why_not_ready(item)]
    context = {
        "agency": first.agency,
        "quarter": first.quarter,
        "tasks": [(title, items) for title, items in tasks if items],
        "done": sum(not item.is_with_agency for item in made),
        "count": len(made),
        "notes": [item for item in made if item.state == Return.States.RETURNED],
        "is_maker": is_maker,
        "to_sign": to_sign,
        "words": words,
        "breadcrumbs": [_returns(first), {"text": str(first.agency)}],
    }
    return render(request, "collection/agency.html", context)


def _task(item: Return) -> dict[str, object]:
    """A return as an item of the task list."""
    note = words.clock(item)
    if item.is_with_agency:
        reason = contents.why_not_ready(item)
        is_back = item.state == Return.States.RETURNED
        ready = "put it right, then sign it off again" if is_back else "ready to be signed off"
        note += f": {reason or ready}"
    return {
        "title": {"text": item.agreement.title},
        "hint": {"text": note[:1].upper() + note[1:]},
        "href": _page_of(item),
        "status": {"tag": words.tag(item)},
    }


def _page_of(item: Return) -> str:
    """The page on which an agency works on a return, or reads what it returned."""
    if item.agreement.kind == Kinds.FIGURE:
        return reverse("collection:figures", args=[item.pk])
    if item.response_id is not None:
        return reverse("questionnaire:response", args=[item.response_id])
    return reverse("collection:upload", args=[item.pk])


class CountField(forms.IntegerField):
    """A whole number of people or events; a percentage is refused in words.

    Whether it may be left blank depends on the quality beside it, so the form decides that.
    """

    widget = forms.TextInput(attrs={"class": "govuk-input--width-5"})

    def validate(self, value: object) -> None:
        """Nothing: see `FiguresForm.clean`."""

    def to_python(self, value: object) -> int | None:
        """The number typed, or None; raises `ValidationError` for anything but a whole number."""
        text = str("" if value is None else value).strip().replace(",", "")
        if not text:
            return None
        if "%" in text:
            raise ValidationError("Enter how many, not a percentage: both numbers are asked for")
        if not text.isdecimal() or int(text) > LARGEST_COUNT:
            raise ValidationError("Enter a whole number, such as 17")
        return int(text)


class FiguresForm(forms.Form):
    """A row for each month: how many, out of how many, and how good that figure is."""

    def __init__(self, item: Return, typed: Mapping[date, TypedFigure], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.indicator: Indicator = INDICATORS[item.agreement.item]
        self.is_share = self.indicator.unit is Unit.PERCENT
        self.days = [last for _, last in contents.days_asked(item)]
        for place, last in enumerate(self.days):
            self._add_month(place, f"{last:%B %Y}", typed.get(last))

    def _add_month(self, place: int, month: str, figure: TypedFigure | None) -> None:
        self.fields[f"numerator_{place}"] = CountField(
            label=f"{month}: how many", initial=figure.numerator if figure else None
        )
        if self.is_share:
            self.fields[f"denominator_{place}"] = CountField(
                label=f"{month}: out of how many",
                initial=figure.denominator if figure else None,
            )
        self.fields[f"quality_{place}"] = forms.ChoiceField(
            label=f"{month}: how good is it",
            choices=Quality.choices,
            initial=figure.quality if figure else Quality.COMPLETE,
        )

    def months(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Each month with its fields."""
        for place, last in enumerate(self.days):
            names = [f"numerator_{place}", f"denominator_{place}", f"quality_{place}"]
            yield f"{last:%B %Y}", [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, object]:
        """Each error stands beside the number that it is about, and names its month."""
        for place, last in enumerate(self.days):
            if any(name.endswith(f"_{place}") for name in self.errors):
                continue
            name, said = self._problem(place)
            if said:
                self.add_error(f"{name}_{place}", f"{last:%B}: {said}")
        return self.cleaned_data

    def _problem(self, place: int) -> tuple[str, str]:
        """Which part of a month is wrong, and how; two empty texts where nothing is."""
        numerator = self.cleaned_data.get(f"numerator_{place}")
        denominator = self.cleaned_data.get(f"denominator_{place}")
        is_blank = numerator is None and denominator is None
        if self.cleaned_data.get(f"quality_{place}") == Quality.MISSING:
            return ("", "") if is_blank else ("quality", "leave the numbers blank where there is no figure")
        if is_blank:
            return "numerator", "enter how many, or choose that the figure is missing"
        return terms.figure_problem(self.indicator, numerator, denominator) or ("", "")

    def typed(self) -> list[Typed]:
        """The figures, one for each month."""
        given = self.cleaned_data
        return [
            Typed(
                last,
                given[f"numerator_{place}"],
                given.get(f"denominator_{place}"),
                Quality(given[f"quality_{place}"]),
            )
            for place, last in enumerate(self.days)
        ]


def return_of_figures(user: User, pk: int) -> Return | None:
    """A return of plain figures whose content this person may read."""
    item = finding.open_return(user, pk)
    return item if item is not None and item.agreement.kind == Kinds.FIGURE else None


@about(return_of_figures)
def figures(request: HttpRequest, item: Return) -> HttpResponse:
    """Type the figures of a return; once it is signed off, read them."""
    user = person(request)
    typed = {one.last_on: one for one in TypedFigure.objects.visible_to(user).filter(made=item)}
    may_type = item.is_with_agency and user.may(Permission.MAKE_RETURN, item)
    form = FiguresForm(item, typed, *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        try:
            commands.type_figures(item, figures=form.typed(), by=user)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Saved: {item.agreement.title}")
            return redirect("collection:agency", item.quarter_id, item.agency.code)
    context = {
        "form": form if may_type or form.is_bound else None,
        "item": item,
        "typed": list(typed.values()),
        "may_type": may_type,
        "indicator": form.indicator,
        "words": words,
        "breadcrumbs": [_returns(item), _agency(item), {"text": item.agreement.title}],
    }
    return render(request, "collection/figures.html", context)


class SeveralFiles(forms.ClearableFileInput):
    """A box that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """The files of one sending."""

    widget = SeveralFiles

    def clean(self, data: object, initial: object = None) -> list[object]:
        """Every file that was chosen; raises `ValidationError` for none."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files or [None]]


class UploadForm(forms.Form):
    """The files of an extract, and the day on which they were taken where their names do not say it."""

    uploads = FilesField(label="Files", help_text="Choose all files of the extract together")
    extracted_on = DateField(
        label="Day on which they were taken from your system",
        help_text="For example, 6 4 2026. Leave blank where the name of each file holds it, as 2026-04-06",
        required=False,
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)


def return_of_files(user: User, pk: int) -> Return | None:
    """A return of an extract whose content this person may read."""
    item = finding.open_return(user, pk)
    return item if item is not None and item.agreement.kind == Kinds.EXTRACT else None


@about(return_of_files)
def upload(request: HttpRequest, item: Return) -> HttpResponse:
    """Hand in the files of an extract; what became of those handed in before."""
    user = person(request)
    form = UploadForm(initial={"token": uuid4()})
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid() and _hand_in(item, form, user):
            return redirect("collection:upload", item.pk)
    context = {
        "form": form if item.is_with_agency or form.is_bound else None,
        "item": item,
        "load": item.load,
        "reason": contents.why_not_ready(item),
        "words": words,
        "breadcrumbs": [_returns(item), _agency(item), {"text": item.agreement.title}],
    }
    return render(request, "collection/upload.html", context)


def _hand_in(item: Return, form: UploadForm, user: User) -> bool:
    given = form.cleaned_data
    token: UUID | None = given["token"]
    try:
        commands.hand_in(
            item, uploads=given["uploads"], extracted_on=given["extracted_on"], token=token, by=user
        )
    except REFUSALS as error:
        said = str(error)
        form.add_error("uploads", said[:1].upper() + said[1:])
        return False
    return True


class SignForm(forms.Form):
    """Which returns are signed off, how complete each is, and the declaration."""

    items = forms.MultipleChoiceField(
        label="What you sign off",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one return to sign off"},
    )
    declaration = forms.BooleanField(
        label="I have checked these returns, and they are what my agency has to say for this quarter",
        error_messages={"required": "Confirm that you have checked the returns"},
    )

    def __init__(self, ready: Sequence[Return], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.ready = {str(item.pk): item for item in ready}
        self.fields["items"].choices = [(key, one.agreement.title) for key, one in self.ready.items()]  # type: ignore[attr-defined]
        self.fields["items"].initial = list(self.ready)
        for key, item in self.ready.items():
            self._add_quality(key, item)
        self.order_fields(["items", *(name for name in self.fields if "_" in name), "declaration"])

    def _add_quality(self, key: str, item: Return) -> None:
        title, known = item.agreement.title, contents.quality_of(item)
        if known is None:
            choices = [one for one in Quality.choices if one[0] != Quality.MISSING]
            self.fields[f"quality_{key}"] = forms.ChoiceField(
                label=f"{title}: how good is it", choices=choices
            )
        if known != Quality.COMPLETE:
            self.fields[f"why_{key}"] = forms.CharField(
                label=f"{title}: what is left out or estimated, and why",
                help_text="" if known else "Only where it is not complete",
                max_length=500,
                required=False,
            )

    def clean(self) -> dict[str, object]:
        """What is signed off as less than complete says why, beside its own box."""
        for key in self.cleaned_data.get("items", []):
            quality = self.cleaned_data.get(f"quality_{key}") or contents.quality_of(self.ready[key])
            if quality != Quality.COMPLETE and not self.cleaned_data.get(f"why_{key}"):
                self.add_error(f"why_{key}", "Say what is left out or estimated, and why")
        return self.cleaned_data

    def signed(self) -> list[Signed]:
        """What is signed off."""
        given = self.cleaned_data
        return [
            Signed(
                self.ready[key],
                Quality(given.get(f"quality_{key}") or Quality.COMPLETE),
                given.get(f"why_{key}", ""),
            )
            for key in given["items"]
        ]


@about(finding.returns_to_sign)
def sign_off(request: HttpRequest, made: Sequence[Return]) -> HttpResponse:
    """Sign off what is ready, in the name of the agency."""
    first = made[0]
    open_ = [item for item in made if item.is_with_agency]
    ready = [item for item in open_ if not contents.why_not_ready(item)]
    form = SignForm(ready, *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        try:
            commands.sign_off(first.agency, quarter=first.quarter, signed=form.signed(), by=person(request))
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Signed off. The analyst checks it now")
            return redirect("collection:agency", first.quarter_id, first.agency.code)
    context = {
        "form": form,
        "ready": ready,
        "not_ready": [(item, contents.why_not_ready(item)) for item in open_ if item not in ready],
        "agency": first.agency,
        "quarter": first.quarter,
        "breadcrumbs": [_returns(first), _agency(first), {"text": "Sign off"}],
    }
    return render(request, "collection/sign_off.html", context)


def _returns(item: Return) -> dict[str, str]:
    return {"text": "Returns", "href": f"{reverse('collection:returns')}?quarter={item.quarter_id}"}


def _agency(item: Return) -> dict[str, str]:
    href = reverse("collection:agency", args=[item.quarter_id, item.agency.code])
    return {"text": str(item.agency), "href": href}

"""Who matters to a person and who lives with them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.trust.models import Dossier
from sightline.people import particulars
from sightline.people.models import Address, Person, Relationship
from sightline.people.pages.opening import asked, person_of, to_do

YES_NO = [("", "Not known"), ("yes", "Yes"), ("no", "No")]
BOOLEANS = {"": None, "yes": True, "no": False}


class RelationshipForm(forms.Form):
    """Who somebody is to a child, and whether services are in touch with them."""

    kind = forms.ChoiceField(
        label="Who are they to the child?", choices=Relationship.Kind.choices, widget=forms.RadioSelect
    )
    name = forms.CharField(
        label="Name", max_length=200, required=False, help_text="Leave empty if nobody knows who they are"
    )
    contact = forms.ChoiceField(
        label="Are services in touch with them?",
        choices=Relationship.Contact.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="What was done to find or reach them",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="Needed unless they are in touch: who was asked, what was looked up, or why they must "
        "not be contacted",
    )
    responsibility = forms.ChoiceField(
        label="Do they have parental responsibility?",
        choices=YES_NO,
        required=False,
        widget=forms.RadioSelect,
    )
    household = forms.ChoiceField(
        label="Do they live with the child?", choices=YES_NO, required=False, widget=forms.RadioSelect
    )

    def clean(self) -> dict[str, Any]:
        """Whoever is known has a name, and whoever is not in touch a reason."""
        cleaned = super().clean() or {}
        contact = cleaned.get("contact")
        if contact and contact != Relationship.Contact.UNIDENTIFIED and not cleaned.get("name"):
            self.add_error("name", "Enter the name, or say that nobody knows who they are")
        if contact and contact != Relationship.Contact.ENGAGED and not cleaned.get("reason"):
            self.add_error(
                "reason", "Say what was done to find or reach them, or why they must not be contacted"
            )
        return cleaned

    @property
    def told(self) -> dict[str, Any]:
        """What was filled in, as fields of `Relationship`."""
        given = self.cleaned_data
        return {
            **{name: given[name] for name in ("kind", "name", "contact", "reason")},
            "has_parental_responsibility": BOOLEANS[given["responsibility"]],
            "is_in_household": BOOLEANS[given["household"]],
        }


class NewRelationshipForm(RelationshipForm):
    """The same of somebody who may have a record of their own."""

    reference = forms.CharField(
        label="Reference of their own record", max_length=30, required=False, help_text="Such as P26-1A2B3C4D"
    )

    def clean_reference(self) -> Dossier | None:
        """A record of a person that the reader may see."""
        reference = self.cleaned_data["reference"].strip()
        if not reference:
            return None
        found = Person.objects.filter(dossier__reference__iexact=reference).select_related("dossier").first()
        if found is None:
            raise forms.ValidationError("No record that you may see has this reference")
        dossier: Dossier = found.dossier
        return dossier


class HouseholdForm(forms.Form):
    """With whom somebody lives."""

    of = forms.ChoiceField(label="With whom do they live?", widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*choices, ("nobody", "Nobody else who has a record")]


@to_do(Permission.KEEP_PERSON, Person)
def add(request: HttpRequest, shown: Person, user: User) -> HttpResponse:
    """Say who somebody is to a person; the father and male carers also where nobody knows them."""
    kind = request.GET.get("kind", "")
    form = NewRelationshipForm(request.POST or None, initial={"kind": kind})
    return asked(
        request,
        shown,
        form,
        lambda: particulars.add_relationship(
            shown, **form.told, person_dossier=form.cleaned_data["reference"], by=user
        ),
        "The relationship is added",
        title="Add somebody who matters",
        button="Add them",
        lead="Add the father and other men who care for the child also when nobody knows who they are.",
    )


@to_do(Permission.KEEP_PERSON, Relationship)
def correct(request: HttpRequest, record: Relationship, user: User) -> HttpResponse:
    """Record anew what is known of somebody, as it was checked now."""
    words = {value: key for key, value in BOOLEANS.items()}
    initial = {
        **{name: getattr(record, name) for name in ("kind", "name", "contact", "reason")},
        "responsibility": words[record.has_parental_responsibility],
        "household": words[record.is_in_household],
    }
    form = RelationshipForm(request.POST or None, initial=initial)
    return asked(
        request,
        person_of(record),
        form,
        lambda: particulars.correct_relationship(record, known=form.told, by=user),
        "The relationship was checked",
        title=f"Check: {record.get_kind_display()}",
        button="Save",
        lead="What was recorded before is kept.",
    )


@to_do(Permission.KEEP_PERSON, Address)
def household(request: HttpRequest, home: Address, user: User) -> HttpResponse:
    """Say who else lives at an address, of the people in the family who have records."""
    shown = person_of(home)
    others = _homes(shown, home)
    form = HouseholdForm(
        request.POST if request.method == "POST" else None,
        choices=[(str(one.pk), f"{name}, {one}") for one, name in others],
    )

    def act() -> None:
        of = next((one for one, _ in others if str(one.pk) == form.cleaned_data["of"]), None)
        if of is None:
            particulars.leave_household(home, by=user)
        else:
            particulars.join_household(home, of=of, by=user)

    return asked(
        request,
        shown,
        form,
        act,
        "The household is recorded",
        title="Who lives with them",
        button="Save",
        lead=f"At {home}. Shown are those who matter to {shown.name} and have a record that you may open.",
    )


def _homes(shown: Person, home: Address) -> list[tuple[Address, str]]:
    """Where those in the family live now, of those whom the reader may see, with their names."""
    family = Relationship.objects.filter(dossier=shown.dossier_id, is_mistake=False)
    to_children = Relationship.objects.filter(person_dossier=shown.dossier_id, is_mistake=False)
    keys = {one.person_dossier_id for one in family if one.is_current and one.person_dossier_id}
    keys |= {one.dossier_id for one in to_children if one.is_current}
    names = {one.dossier_id: one.name for one in Person.objects.filter(dossier__in=keys)}
    homes = Address.objects.filter(dossier__in=keys, until_on=None, is_mistake=False)
    return [(one, names[one.dossier_id]) for one in homes if one.dossier_id in names]

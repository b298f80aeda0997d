"""Who is told what of the dataset cycle, by the daily e-mail. No text names a child or gives a figure."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from sightline.assurance.collection.models import Quarter, Question, Return
from sightline.core.models import Agency, Notice, NoticeKind, RoleAssignment, User
from sightline.core.notices import notify
from sightline.core.permissions import ROLES, Permission, Role
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.periods import in_words


def leads_of(agency: Agency) -> list[User]:
    """Those who answer for an agency today."""
    return [user for user in _holders({Role.AGENCY_LEAD}) if user.agency_id == agency.pk]


def holders_of(permission: Permission) -> list[User]:
    """Everybody who has a permission today."""
    return _holders({role for role, card in ROLES.items() if permission in card.permissions})


def tell_of_return(item: Return, text: str) -> None:
    """Tell an agency's leads what became of one of its returns."""
    href = reverse("collection:agency", args=[item.quarter_id, item.agency.code])
    notify(leads_of(item.agency), NoticeKind.RETURNED, text, href)


def remind(item: Return) -> None:
    """Tell an agency's leads once that a return is due soon, and once that it is late."""
    late = timezone.localdate() > item.due_on
    said = (
        f"{item.agreement.title} for {item.quarter} {'was' if late else 'is'} due on {in_words(item.due_on)}"
    )
    href = reverse("collection:agency", args=[item.quarter_id, item.agency.code])
    told = Notice.objects.filter(kind=NoticeKind.DUE, text=said, href=href).values_list("user_id", flat=True)
    notify([user for user in leads_of(item.agency) if user.pk not in set(told)], NoticeKind.DUE, said, href)


def tell_of_publication(quarter: Quarter) -> None:
    """Tell every reader of the dataset that a quarter is published."""
    notify(
        holders_of(Permission.READ_DATASET),
        NoticeKind.PUBLISHED,
        f"The dataset for {quarter} was published",
        reverse("dataset:scorecard"),
    )


def tell_of_question(question: Question) -> None:
    """Tell whoever is to answer a question that it was asked."""
    asked = leads_of(question.agency) if question.agency else holders_of(Permission.CHECK_RETURNS)
    _tell(question, asked, f"A question was raised about: {_title(question)}")


def tell_of_answer(question: Question) -> None:
    """Tell whoever raised a question, and whoever says what follows, that it was answered."""
    told = holders_of(Permission.CLOSE_QUESTION)
    if question.raised_by is not None and question.raised_by not in told:
        told.append(question.raised_by)
    _tell(question, told, f"The question about this was answered: {_title(question)}")


def _tell(question: Question, users: list[User], text: str) -> None:
    notify(users, NoticeKind.QUESTION, text, reverse("collection:question", args=[question.pk]))


def _title(question: Question) -> str:
    found = INDICATORS.get(question.indicator)
    return found.title if found else question.indicator


def _holders(roles: set[Role]) -> list[User]:
    live = RoleAssignment.objects.live(timezone.localdate()).filter(role__in=roles, user__is_active=True)
    found = {one.user_id: one.user for one in live.select_related("user").order_by("user__name")}
    return list(found.values())

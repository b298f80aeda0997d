"""A section of a questionnaire as a form: each question a field that takes what its kind takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sightline.assurance.questionnaire.logic import NotAnAnswer, clean
from sightline.assurance.questionnaire.models import Answer, Kind, Question
from sightline.govuk.forms import DateField, DateInput


class AnswerField(forms.Field):
    """A question. That it must be answered is asked when the response is handed in, not when it is saved."""

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__(
            label=question.text,
            help_text=question.hint,
            required=question.is_required,
            widget=_widget(question),
        )

    def prepare_value(self, value: Any) -> Any:
        """The boxes of a day that is stored in ISO form."""
        if isinstance(self.widget, DateInput) and isinstance(value, str):
            return date.fromisoformat(value) if value else None
        return value

    def clean(self, value: Any) -> str | list[str]:
        """The answer as it is stored; raises `ValidationError`."""
        question = self.question
        if isinstance(self.widget, DateInput):
            day = DateField(required=False).clean(value)
            return day.isoformat() if day else ""
        try:
            return clean(
                question.kind, value or _nothing(question), options=question.texts, limits=question.limits
            )
        except NotAnAnswer as error:
            raise ValidationError(str(error)) from None


class SectionForm(forms.Form):
    """The questions of one section, with the answers so far and the revision of each that the writer saw."""

    def __init__(
        self,
        questions: Iterable[Question],
        answers: Mapping[str, Answer],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        initial = {key: answer.value for key, answer in answers.items()}
        super().__init__(data, initial=initial)
        self.questions = list(questions)
        self.fields.update({question.key: AnswerField(question) for question in self.questions})
        self.revisions = {key: answer.revision for key, answer in answers.items()}

    def seen(self, key: str) -> int:
        """The revision of an answer that the writer saw, as the page posts it back."""
        posted = str(self.data.get(f"seen-{key}", ""))
        return int(posted) if posted.isdecimal() and len(posted) < 10 else 0

    def value(self, key: str) -> str | list[str] | None:
        """The answer to one question, or None where it cannot be one."""
        return self.cleaned_data.get(key)


def _nothing(question: Question) -> str | list[str]:
    return [] if question.kind == Kind.SEVERAL_OF else ""


def _widget(question: Question) -> forms.Widget:
    choices = list(question.texts.items())
    hints = {option["key"]: option["hint"] for option in question.options if option["hint"]}
    match question.kind:
        case Kind.LONG_TEXT:
            return forms.Textarea()
        case Kind.DATE:
            return DateInput()
        case Kind.NUMBER:
            attrs = {"suffix": question.unit, "class": "govuk-input--width-10", "inputmode": "decimal"}
            return forms.TextInput(attrs)
        case Kind.SEVERAL_OF:
            return forms.CheckboxSelectMultiple({"hints": hints}, choices)
        case Kind.YES_NO:
            return forms.RadioSelect({"class": "govuk-radios--inline"}, choices)
        case Kind.ONE_OF | Kind.SCALE:
            return forms.RadioSelect({"hints": hints}, choices)
    return forms.TextInput()

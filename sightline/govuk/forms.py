"""Form fields that render themselves as GOV.UK components: `{{ form }}` is all that a template says.

Django asks the renderer for the template of each field; that template asks `component_of` what to draw. Forms
of other libraries come out in the same style without being subclassed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import ChoiceWidget

Params = dict[str, Any]


class Renderer(TemplatesSetting):
    """Draws forms and fields with the templates of this room."""

    form_template_name = "govuk/form.html"
    field_template_name = "govuk/field.html"


class DateInput(forms.MultiWidget):
    """Day, month and year as three boxes, as GOV.UK asks for a date that people know by heart."""

    parts = ("day", "month", "year")

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(dict.fromkeys(self.parts, forms.TextInput), dict(attrs or {}))

    def decompress(self, value: date | None) -> list[int | None]:
        """The boxes' values of a date."""
        return [value.day, value.month, value.year] if value else [None, None, None]


class DateField(forms.MultiValueField):
    """A date in three boxes; each error says which box to mend."""

    widget = DateInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {}).setdefault("required", "Enter a date")
        boxes = [forms.CharField(required=False) for _ in DateInput.parts]
        super().__init__(boxes, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> date | None:
        """The date of the three boxes; raises `ValidationError` naming what is missing or impossible."""
        texts = [text.strip() for text in data_list]
        if not any(texts):
            return None
        missing = [part for part, text in zip(DateInput.parts, texts, strict=True) if not text]
        if missing:
            raise ValidationError(f"The date must include a {' and a '.join(missing)}")
        try:
            day, month, year = (int(text) for text in texts)
            return date(year, month, day)
        except ValueError:
            raise ValidationError("Enter a real date, with figures only, such as 27 3 2026") from None


def component_of(field: BoundField) -> tuple[str, Params]:
    """The component that draws a field, and what to tell it. Raises `TypeError` for an unknown widget."""
    for kind, draw in _DRAWN_AS:
        if isinstance(field.field.widget, kind):
            return draw(field)
    raise TypeError(f"{field.name}: no GOV.UK component draws a {type(field.field.widget).__name__}")


def error_list(form: forms.BaseForm) -> list[Params]:
    """The items of the error summary: each error of the form, linked to the field that it is about.

    What is wrong with the form as a whole leads to its first field.
    """
    visible = form.visible_fields()
    start = {"href": f"#{_first_id(visible[0])}"} if visible else {}
    items: list[Params] = [{"text": str(error), **start} for error in form.non_field_errors()]
    for field in visible:
        items += [{"text": text, "href": f"#{_first_id(field)}"} for text in _errors(field)]
    return items


def _errors(field: BoundField) -> list[str]:
    """The field's errors in words; Django's "This field is required." becomes what to do."""
    label = str(field.label)
    what = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    verb = "Select" if isinstance(field.field.widget, ChoiceWidget | forms.FileInput) else "Enter"
    usual = forms.Field.default_error_messages["required"]
    return [f"{verb} {what}" if error == usual else str(error) for error in field.errors]


def _first_id(field: BoundField) -> str:
    """The id of the box that the error summary sends the reader to."""
    if isinstance(field.field.widget, DateInput):
        return f"{field.auto_id}-day"
    return str(field.auto_id)


def _common(field: BoundField) -> Params:
    params: Params = {"name": field.html_name, "id": field.auto_id}
    if field.help_text:
        params["hint"] = {"text": str(field.help_text)}
    if field.errors:
        params["errorMessage"] = {"text": _errors(field)[0]}
    return params


def _label(field: BoundField) -> Params:
    marked = getattr(field.form, "marks_optional", True)
    optional = " (optional)" if marked and not field.field.required else ""
    return {"text": f"{field.label}{optional}"}


def _text(field: BoundField) -> tuple[str, Params]:
    attrs = field.field.widget.attrs
    params = {
        **_common(field),
        "label": _label(field),
        "value": _shown(field),
        "type": attrs.get("type", getattr(field.field.widget, "input_type", "text")),
        "autocomplete": attrs.get("autocomplete"),
        "classes": attrs.get("class"),
        "inputmode": attrs.get("inputmode"),
    }
    if attrs.get("suffix"):
        params["suffix"] = {"text": attrs["suffix"]}
    if isinstance(field.field, forms.IntegerField):
        params |= {"type": "text", "inputmode": "numeric"}
    return "govukInput", params


def _password(field: BoundField) -> tuple[str, Params]:
    autocomplete = field.field.widget.attrs.get("autocomplete")
    return "govukPasswordInput", {**_common(field), "label": _label(field), "autocomplete": autocomplete}


def _textarea(field: BoundField) -> tuple[str, Params]:
    attrs = field.field.widget.attrs
    return "govukTextarea", {
        **_common(field),
        "label": _label(field),
        "value": _shown(field),
        "rows": attrs.get("rows"),
        "classes": attrs.get("class"),
        "spellcheck": False if attrs.get("spellcheck") == "false" else None,
    }


def _file(field: BoundField) -> tuple[str, Params]:
    multiple = bool(getattr(field.field.widget, "allow_multiple_selected", False))
    return "govukFileUpload", {**_common(field), "label": _label(field), "multiple": multiple}


def _select(field: BoundField) -> tuple[str, Params]:
    items = [{"value": value, "text": text, "selected": chosen} for value, text, chosen in _choices(field)]
    return "govukSelect", {**_common(field), "label": _label(field), "items": items}


def _radios(field: BoundField) -> tuple[str, Params]:
    return "govukRadios", _group(field, _choices(field))


def _checkboxes(field: BoundField) -> tuple[str, Params]:
    return "govukCheckboxes", _group(field, _choices(field))


def _checkbox(field: BoundField) -> tuple[str, Params]:
    params = _common(field)
    params["idPrefix"] = params.pop("id")
    return "govukCheckboxes", {
        **params,
        "items": [{"value": "on", "text": str(field.label), "checked": bool(field.value())}],
    }


def _date(field: BoundField) -> tuple[str, Params]:
    widget = field.field.widget
    value = field.value()
    values = value if isinstance(value, list) else widget.decompress(value)
    boxes = [
        {
            "id": f"{field.auto_id}-{part}",
            "name": f"{field.html_name}_{part}",
            "label": part.capitalize(),
            "value": "" if shown is None else str(shown),
            "classes": ("govuk-input--width-4" if part == "year" else "govuk-input--width-2")
            + (" govuk-input--error" if field.errors else ""),
        }
        for part, shown in zip(DateInput.parts, values, strict=True)
    ]
    return "govukDateInput", {**_common(field), "fieldset": _legend(field), "items": boxes}


def _group(field: BoundField, choices: list[tuple[str, str, bool]]) -> Params:
    params = _common(field)
    params["idPrefix"] = params.pop("id")
    attrs = field.field.widget.attrs
    hints = attrs.get("hints", {})
    items: list[Params] = [{"value": key, "text": text, "checked": chosen} for key, text, chosen in choices]
    for item in items:
        if hint := hints.get(item["value"]):
            item["hint"] = {"text": hint}
    return {**params, "fieldset": _legend(field), "items": items, "classes": attrs.get("class")}


def _legend(field: BoundField) -> Params:
    return {"legend": {**_label(field), "classes": "govuk-fieldset__legend--s"}}


def _choices(field: BoundField) -> list[tuple[str, str, bool]]:
    widget = field.field.widget
    assert isinstance(widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple)
    value = field.value()
    chosen = {str(item) for item in value} if isinstance(value, list | tuple) else {str(value)}
    pairs = [(str(key or ""), str(text)) for key, text in widget.choices]
    return [(key, text, key in chosen and value is not None) for key, text in pairs]


def _shown(field: BoundField) -> str:
    value = field.value()
    return "" if value is None else str(value)


_DRAWN_AS: tuple[tuple[type[forms.Widget], Callable[[BoundField], tuple[str, Params]]], ...] = (
    (DateInput, _date),
    (forms.PasswordInput, _password),
    (forms.FileInput, _file),
    (forms.CheckboxInput, _checkbox),
    (forms.CheckboxSelectMultiple, _checkboxes),
    (forms.RadioSelect, _radios),
    (forms.SelectMultiple, _checkboxes),
    (forms.Select, _select),
    (forms.Textarea, _textarea),
    (forms.EmailInput, _text),
    (forms.NumberInput, _text),
    (forms.URLInput, _text),
    (forms.TextInput, _text),
)
"""Which widget is drawn as what; the first that fits counts, so narrower widgets stand first."""

"""The pages of the form in their order: for a professional, for anybody else, and for the hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sightline.frontline.referral.pages.refer import entering, forms
from sightline.frontline.referral.pages.refer.entering import HUB
from sightline.frontline.referral.sending import Draft


@dataclass(frozen=True)
class Step:
    """One page: its heading, what stands above the questions, and the questions."""

    key: str
    title: str
    form: type[forms.PageForm]
    lead: str = ""


_HAPPENED = Step("happened", "What happened", forms.HappenedForm)
_CHILDREN = Step(
    "children",
    "The children",
    forms.ChildrenForm,
    "Tell us of every child that you worry about. Leave blank what you do not know.",
)
_HOME = Step("home", "The home", forms.HomeForm, "Leave blank what you do not know.")

_AT_WORK = (
    _CHILDREN,
    _HOME,
    Step("voice", "The child's own words", forms.VoiceForm),
    Step("help", "Help so far", forms.HelpForm),
    Step("parents", "The parents", forms.ParentsForm),
)

STEPS: Mapping[str, tuple[Step, ...]] = {
    "professional": (_HAPPENED, *_AT_WORK, Step("you", "About you", forms.ProfessionalForm)),
    HUB: (
        replace(
            _HAPPENED,
            lead="Write down what you were told, in the words of whoever told you. “You” is them: ask them"
            " what the form asks.",
        ),
        *_AT_WORK,
        Step("you", "Who told you", entering.CallerForm, "Leave blank what you do not know."),
    ),
    "public": (
        _HAPPENED,
        _CHILDREN,
        _HOME,
        Step("words", "The child and the family", forms.WordsForm, "Leave blank what you do not know."),
        Step(
            "you",
            "About you",
            forms.PublicForm,
            "You need not say who you are. If you do, we can ask you what we do not understand.",
        ),
    ),
}

DANGER = "danger"
_DANGER = Step(DANGER, "Tell us now", forms.DangerForm)


def first(draft: Draft) -> Step:
    """The page on which a form begins; where a child is in danger now, it is the only one."""
    if not draft.is_immediate:
        return STEPS[draft.who][0]
    return replace(_DANGER, form=entering.CallerDangerForm) if draft.who == HUB else _DANGER


def step_of(draft: Draft, key: str) -> Step | None:
    """The page of this name in a form; None where the form has none."""
    steps = (*STEPS[draft.who], first(draft)) if draft.is_immediate else STEPS[draft.who]
    return next((step for step in steps if step.key == key), None)


def after(draft: Draft, step: Step) -> Step | None:
    """The page that follows; None after the last, where the answers are checked."""
    steps = STEPS[draft.who]
    place = steps.index(step) + 1
    return steps[place] if place < len(steps) else None


def before(draft: Draft, step: Step) -> Step | None:
    """The page that comes before; None before the first."""
    steps = STEPS[draft.who]
    return steps[steps.index(step) - 1] if step in steps[1:] else None


def filled_in(draft: Draft) -> dict[str, forms.PageForm]:
    """Every page of a form, as a form that has looked at what was typed."""
    steps = (first(draft),) if draft.is_immediate else STEPS[draft.who]
    return {step.key: step.form(forms.query(draft.pages.get(step.key, {}))) for step in steps}

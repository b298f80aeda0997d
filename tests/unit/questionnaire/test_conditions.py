"""Which questions are shown, for any questionnaire and any answers; any text is read or refused in words."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.assurance.questionnaire.logic import Condition, NotAnAnswer, clean, shown
from sightline.assurance.questionnaire.schema import NotAQuestionnaire, read

patiently = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
"""A busy machine is no reason to fail."""

VALUES = ("yes", "no", "other")


@st.composite
def questionnaires(draw) -> dict[str, Condition | None]:
    """Questions q0, q1, ..., each always shown or hanging on an earlier one."""
    conditions: dict[str, Condition | None] = {}
    for number in range(draw(st.integers(0, 12))):
        earlier = draw(st.none() | st.sampled_from(sorted(conditions))) if conditions else None
        any_of = tuple(draw(st.sets(st.sampled_from(VALUES), min_size=1)))
        conditions[f"q{number}"] = Condition(earlier, any_of) if earlier else None
    return conditions


answers = st.dictionaries(
    st.sampled_from([f"q{number}" for number in range(12)]),
    st.sampled_from(VALUES) | st.lists(st.sampled_from(VALUES), unique=True) | st.just(""),
)


def is_shown(key: str, conditions: dict[str, Condition | None], values: dict[str, object]) -> bool:
    """The rule as a person would say it, from the question back to the beginning of its chain."""
    condition = conditions[key]
    if condition is None:
        return True
    value = values.get(condition.question)
    said = set(value) if isinstance(value, list) else {value}
    return bool(said & set(condition.any)) and is_shown(condition.question, conditions, values)


@patiently
@given(questionnaires(), answers)
def test_a_question_is_shown_when_its_whole_chain_holds(conditions, values):
    assert shown(conditions, values) == {key for key in conditions if is_shown(key, conditions, values)}


@patiently
@given(questionnaires(), answers)
def test_what_was_said_to_a_hidden_question_decides_nothing(conditions, values):
    found = shown(conditions, values)
    without = {key: value for key, value in values.items() if key in found}
    assert shown(conditions, without) == found


@patiently
@given(questionnaires())
def test_without_answers_only_what_is_always_asked_is_shown(conditions):
    assert shown(conditions, {}) == {key for key, condition in conditions.items() if condition is None}


@patiently
@given(questionnaires(), answers, st.data())
def test_a_question_that_is_not_asked_takes_those_with_it_that_hang_on_it(conditions, values, data):
    if not conditions:
        return
    gone = data.draw(st.sampled_from(sorted(conditions)))
    rest = {key: condition for key, condition in conditions.items() if key != gone}
    hanging = {key for key, condition in rest.items() if condition and condition.question == gone}
    assert not shown(rest, values) & hanging


kinds = st.sampled_from(["short-text", "long-text", "yes-no", "one-of", "scale", "number", "date"])


@patiently
@given(kinds, st.text())
def test_what_is_kept_would_be_kept_again_as_it_is(kind, text):
    try:
        kept = clean(kind, text, options=("yes", "no"))
    except NotAnAnswer:
        return
    assert clean(kind, kept, options=("yes", "no")) == kept


@patiently
@given(st.text())
def test_any_text_is_a_questionnaire_or_refused_with_a_line(text):
    mistakes = []
    try:
        read(text)
    except NotAQuestionnaire as refused:
        mistakes = list(refused.mistakes) or ["none was named"]
    assert all(mistake.line >= 1 and mistake.said for mistake in mistakes)

"""A questionnaire as text: YAML in the shape that docs/guide/questionnaires.md describes, read with care.

Only the tree of the text is built, never an object that it names; anchors and aliases, tags and deep nesting
are refused, so no text can grow while it is read. Every mistake is reported at once, with its line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import yaml

from sightline.assurance.questionnaire.tree import LARGEST, Mistake, Node, Tree, read_tree

CHOICES = ("one-of", "several-of", "scale")
"""The kinds whose options are written down."""

KINDS = ("short-text", "long-text", "yes-no", *CHOICES, "number", "date")
DECIDING = ("yes-no", *CHOICES)
"""The kinds that a condition can name: those whose answers can be listed."""

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class NotAQuestionnaire(ValueError):
    """The text is no questionnaire; `mistakes` says everything that is wrong with it, by line."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes), key=lambda mistake: mistake.line))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True)
class Option:
    """One choice, or one named point of a scale."""

    key: str
    text: str
    hint: str = ""


@dataclass(frozen=True)
class Asked:
    """One question as it was written."""

    key: str
    kind: str
    text: str
    section_number: int
    section: str
    hint: str = ""
    is_required: bool = False
    options: tuple[Option, ...] = ()
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    is_whole: bool = False
    shown_if: dict[str, object] | None = None
    about: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The keys that an answer may be."""
        return ("yes", "no") if self.kind == "yes-no" else tuple(option.key for option in self.options)


@dataclass(frozen=True)
class Written:
    """A questionnaire as it was written."""

    key: str
    title: str
    questions: tuple[Asked, ...]
    introduction: str = ""
    declaration: str = ""


def digest(text: str) -> str:
    """The SHA-256 of a text, however its lines end."""
    return hashlib.sha256("\n".join(text.splitlines()).strip().encode()).hexdigest()


def read(text: str) -> Written:
    """The questionnaire that a text describes. Raises `NotAQuestionnaire` with every mistake."""
    tree = Tree()
    if len(text.encode()) > LARGEST:
        raise NotAQuestionnaire([Mistake(1, f"the text is longer than {LARGEST:,} bytes")])
    try:
        root = read_tree(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = f"this is not YAML: {error.problem or error.context}"
        raise NotAQuestionnaire([Mistake(mark.line + 1 if mark else 1, said)]) from None
    except yaml.YAMLError as error:
        raise NotAQuestionnaire([Mistake(1, f"this is not YAML: {error}")]) from None
    written = _Reading(tree).questionnaire(root)
    if tree.mistakes:
        raise NotAQuestionnaire(tree.mistakes)
    return written


@dataclass
class _Reading:
    """One reading of a tree: mistakes go to `tree`, the questions so far decide what may be named."""

    tree: Tree
    earlier: dict[str, Asked] = field(default_factory=dict)

    def questionnaire(self, root: Node | None) -> Written:
        entries = self.tree.entries(
            root,
            "the questionnaire",
            needed=("key", "title", "sections"),
            also=("introduction", "declaration"),
        )
        sections = self.tree.items(entries.get("sections"), "sections")
        for number, section in enumerate(sections, 1):
            self.section(number, section)
        return Written(
            key=self.key(entries.get("key")),
            title=self.tree.text(entries.get("title"), "title", 200),
            introduction=self.tree.text(entries.get("introduction"), "introduction", 5_000),
            declaration=self.tree.text(entries.get("declaration"), "declaration", 2_000),
            questions=tuple(self.earlier.values()),
        )

    def section(self, number: int, node: Node) -> None:
        entries = self.tree.entries(node, "a section", needed=("title", "questions"))
        title = self.tree.text(entries.get("title"), "title", 200)
        for question in self.tree.items(entries.get("questions"), "questions"):
            self.question(number, title, question)

    def question(self, number: int, section: str, node: Node) -> None:
        also = ("hint", "required", "options", "unit", "least", "most", "whole", "shown_if", "about")
        entries = self.tree.entries(node, "a question", needed=("key", "kind", "text"), also=also)
        kind = self.tree.one_of(entries.get("kind"), "kind", KINDS)
        self.fitting(kind, entries)
        key = self.key(entries.get("key"))
        if key and key in self.earlier:
            self.tree.wrong(entries["key"], f"key: {key} stands twice; expected a key of its own")
            return
        asked = Asked(
            key=key,
            kind=kind,
            text=self.tree.text(entries.get("text"), "text", 500),
            section_number=number,
            section=section,
            hint=self.tree.text(entries.get("hint"), "hint", 2_000),
            is_required=self.tree.yes_or_no(entries.get("required"), "required"),
            options=self.options(entries.get("options")) if kind in CHOICES else (),
            unit=self.tree.text(entries.get("unit"), "unit", 40),
            least=self.tree.number(entries.get("least"), "least"),
            most=self.tree.number(entries.get("most"), "most"),
            is_whole=self.tree.yes_or_no(entries.get("whole"), "whole"),
            shown_if=self.condition(entries.get("shown_if")),
            about=self.tree.text(entries.get("about"), "about", 100),
        )
        self.ordered(asked, entries)
        if key:
            self.earlier[key] = asked

    def fitting(self, kind: str, entries: dict[str, Node]) -> None:
        """What belongs to another kind of question is a mistake, not a thing to pass over."""
        if kind in CHOICES and "options" not in entries:
            self.tree.wrong(entries["kind"], f"kind: {kind} needs options")
        wants = {"options": CHOICES, "unit": ("number",), "least": ("number",), "most": ("number",)}
        for name, kinds in {**wants, "whole": ("number",)}.items():
            if kind and name in entries and kind not in kinds:
                self.tree.wrong(
                    entries[name], f"{name}: not for {kind}; expected only for {', '.join(kinds)}"
                )

    def ordered(self, asked: Asked, entries: dict[str, Node]) -> None:
        if asked.least is not None and asked.most is not None and asked.least > asked.most:
            self.tree.wrong(entries["most"], f"most: {asked.most} is less than least, {asked.least}")

    def key(self, node: Node | None) -> str:
        text = self.tree.text(node, "key", 60)
        if text and not _KEY.fullmatch(text):
            self.tree.wrong(
                node,
                f"key: “{text}”; expected small letters, figures and single hyphens, such as what-changed",
            )
            return ""
        return text

    def options(self, node: Node | None) -> tuple[Option, ...]:
        found: dict[str, Option] = {}
        for item in self.tree.items(node, "options") if node is not None else []:
            entries = self.tree.entries(item, "an option", needed=("key", "text"), also=("hint",))
            key = self.key(entries.get("key"))
            if key in found:
                self.tree.wrong(entries["key"], f"key: {key} stands twice; expected a key of its own")
            found[key] = Option(
                key,
                self.tree.text(entries.get("text"), "text", 200),
                self.tree.text(entries.get("hint"), "hint", 500),
            )
        if node is not None and len(found) == 1:
            self.tree.wrong(node, "options: one is no choice; expected two or more")
        return tuple(found.values())

    def condition(self, node: Node | None) -> dict[str, object] | None:
        if node is None:
            return None
        entries = self.tree.entries(node, "shown_if", needed=("question",), also=("is", "any"))
        if ("is" in entries) == ("any" in entries):
            self.tree.wrong(node, "shown_if: expected either is, with one value, or any, with a list")
            return None
        key = self.tree.text(entries.get("question"), "question", 60)
        named = self.earlier.get(key)
        if named is None:
            if key:
                said = f"question: no question {key} stands before this one; a condition looks back only"
                self.tree.wrong(entries["question"], said)
            return None
        if not named.kind:
            return None
        if named.kind not in DECIDING:
            said = f"question: {key} is a {named.kind}; expected one of {', '.join(DECIDING)}"
            self.tree.wrong(entries["question"], said)
            return None
        nodes = [entries["is"]] if "is" in entries else self.tree.items(entries["any"], "any")
        return {"question": key, "any": [self.tree.one_of(one, "value", named.choices) for one in nodes]}

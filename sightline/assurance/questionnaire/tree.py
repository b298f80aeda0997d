"""The tree of a YAML text, node by node with its line; mistakes are gathered, not raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import cast

import yaml
from yaml.error import Mark

Node = yaml.Node

LARGEST = 200_000
"""The most bytes of a text."""

DEEPEST = 12
"""How deep its lists and entries may lie in one another; a questionnaire needs seven."""


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with one line, from 1, in words."""

    line: int
    said: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.said}"


def read_tree(text: str) -> Node | None:
    """The tree of a text, or None of an empty one. Raises `yaml.YAMLError` for what is not plain YAML."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused("anchors (&) and aliases (*) are not taken; write it out", event)
        if getattr(event, "tag", None):
            raise _refused("tags (!) are not taken; put the text in quotation marks", event)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _refused(f"nested deeper than {DEEPEST} levels", event)
    found: Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    return found


def _refused(said: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=said, problem_mark=cast(Mark, event.start_mark))


@dataclass
class Tree:
    """What is read of a tree, and what is wrong with it."""

    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, node: Node | None, said: str) -> None:
        """Note a mistake at a node; without one at the first line."""
        self.mistakes.append(Mistake(node.start_mark.line + 1 if node else 1, said))

    def entries(
        self, node: Node | None, what: str, *, needed: Sequence[str], also: Sequence[str] = ()
    ) -> dict[str, Node]:
        """The entries of a node by name; names that are missing, unknown or stand twice are mistakes."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, f"{what}: expected entries such as {needed[0]}: ...")
            return {}
        found: dict[str, Node] = {}
        for name_node, value in node.value:
            name = name_node.value if isinstance(name_node, yaml.ScalarNode) else "?"
            if name not in (*needed, *also):
                self.wrong(name_node, f"{what}: {name} is unknown; expected {', '.join((*needed, *also))}")
            elif name in found:
                self.wrong(name_node, f"{what}: {name} stands twice")
            else:
                found[name] = value
        if missing := [name for name in needed if name not in found]:
            self.wrong(node, f"{what}: {' and '.join(missing)} missing")
        return found

    def items(self, node: Node | None, what: str) -> list[Node]:
        """The items of a list, which must have one at least."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.wrong(node, f"{what}: expected a list, each item after a hyphen")
            return []
        return list(node.value)

    def text(self, node: Node | None, what: str, most: int) -> str:
        """The words of a node; none where there is no node."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.wrong(node, f"{what}: expected words")
            return ""
        text = str(node.value).strip()
        if len(text) > most:
            self.wrong(node, f"{what}: {len(text):,} characters; expected {most:,} at most")
        return text

    def one_of(self, node: Node | None, what: str, known: Sequence[str]) -> str:
        """The words of a node, which must be among those known."""
        text = self.text(node, what, 200)
        if text and text not in known:
            self.wrong(node, f"{what}: {text}; expected one of {', '.join(known)}")
            return ""
        return text

    def yes_or_no(self, node: Node | None, what: str) -> bool:
        """Whether a node says yes (or true)."""
        text = self.text(node, what, 200).lower()
        if text not in ("", "yes", "no", "true", "false"):
            self.wrong(node, f"{what}: {text}; expected yes or no")
        return text in ("yes", "true")

    def number(self, node: Node | None, what: str) -> Decimal | None:
        """The number of a node."""
        text = self.text(node, what, 40)
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= 10**14:
            self.wrong(node, f"{what}: {text}; expected a number such as 12 or 0.5")
            return None
        return number

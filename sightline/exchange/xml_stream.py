"""Reading a large XML return element by element, in flat memory, with nothing in it that could do harm.

Document types and entities are refused before anything is read (no return needs them, and both are ways to
exhaust a machine or to read its files); namespaces, comments and processing instructions are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

from lxml import etree

from sightline.exchange.reading import Delivery, Unreadable

Element = etree._Element


def xml_path(delivery: Delivery) -> Path:
    """The one file of an XML delivery; Unreadable when there are several."""
    if len(delivery.paths) != 1:
        raise Unreadable(f"{delivery.name} is {len(delivery.paths)} files; an XML return is one")
    return delivery.paths[0]


def check_root(path: Path, name: str, root: str, what: str) -> None:
    """Raise Unreadable unless the file's root element is `root` and it declares no document type."""
    try:
        _, element = next(_events(path, ("start",), None))
    except StopIteration:
        raise Unreadable(f"{name} is empty: send it again") from None
    except etree.XMLSyntaxError as error:
        raise _broken(name, error) from None
    if element.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(f"{name} declares a document type, which no return needs: export it again")
    if local(element) != root:
        raise Unreadable(f"{name} is not {what}: its root is '{local(element)[:40]}', not '{root}'")


def elements(path: Path, name: str, tags: Sequence[str]) -> Iterator[Element]:
    """Every element with one of the `tags`, in the file's order; each is emptied once the next is asked for.

    Raises Unreadable, with the line, where the XML is broken or breaks off.
    """
    try:
        for _, element in _events(path, ("end",), [f"{{*}}{tag}" for tag in tags]):
            yield element
            _forget(element)
    except etree.XMLSyntaxError as error:
        raise _broken(name, error) from None


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return _local(element.tag)


def line_of(element: Element) -> int:
    """The line of the file on which the element begins."""
    return cast("int | None", element.sourceline) or 0


class Content(NamedTuple):
    """What an element holds: the texts of its leaves by name, names that came twice, and its other parts."""

    values: dict[str, str]
    repeated: list[str]
    parts: list[Element]


def content_of(element: Element) -> Content:
    """The leaves with a text, and the other parts, of an element.

    Of a repeated leaf the first is taken. Text between the elements is nobody's value and is left out.
    """
    values: dict[str, str] = {}
    repeated: list[str] = []
    parts: list[Element] = []
    for child in element:
        text = child.text
        if len(child) or not text or not (text := text.strip()):
            parts.append(child)
            continue
        name = _local(child.tag)
        if name in values:
            repeated.append(name)
        else:
            values[name] = text
    return Content(values, repeated, parts)


def _events(path: Path, events: Iterable[str], tags: Sequence[str] | None) -> Iterator[tuple[str, Element]]:
    return iter(
        etree.iterparse(
            str(path),
            events=tuple(events),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    )


def _forget(element: Element) -> None:
    """Let go of an element and of all before it, so that memory does not grow with the file."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while parent[0] is not element:
            del parent[0]


def _broken(name: str, error: etree.XMLSyntaxError) -> Unreadable:
    where = f" at line {error.lineno}" if error.lineno else ""
    return Unreadable(f"{name} is no whole XML file: it is broken or breaks off{where}; export it again")


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]

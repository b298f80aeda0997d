"""Every named route of the application, by walking Django's resolver."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def all_routes() -> dict[str, URLPattern]:
    """The routes by name, with the namespace of their process; one without a name stands by its pattern."""
    return dict(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner)
        else:
            yield f"{namespace}{entry.name or entry.pattern}", entry

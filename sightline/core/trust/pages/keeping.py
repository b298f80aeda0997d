"""Where a form sends what is typed into it, while it is typed; and starting it again."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from sightline.core.trust.keeping import TOKEN, TooLong, place_asked, set_aside, store, when, writing_too


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the text, say when and who else writes; `look` asks for the latter alone, `aside` starts again."""
    if TOKEN not in request.POST:
        return HttpResponse(status=HTTPStatus.GONE)
    place = place_asked(request)
    if "aside" in request.POST:
        set_aside(place, aside=request.POST["aside"] == "yes")
        return redirect(place.path)
    said: dict[str, object] = {"others": writing_too(place)}
    if "look" not in request.POST:
        try:
            said["at"] = when(store(place, request.POST))
        except TooLong:
            return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return JsonResponse(said)

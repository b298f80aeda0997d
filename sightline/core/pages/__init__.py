"""Every page of the core, with its address."""

from django.urls import path

from sightline.core.pages import (
    about,
    agencies,
    audit,
    files,
    home,
    notices,
    partnership,
    people,
    settings,
    teams,
    worklist,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("account/notices/", notices.notices, name="notices"),
    path("accessibility", about.accessibility, name="accessibility"),
    path("audit/", audit.audit, name="audit"),
    path("audit/events.csv", audit.export, name="audit-export"),
    path("clocks/", about.clocks, name="clocks"),
    path("data-protection", about.data_protection, name="data-protection"),
    path("files/<uuid:pk>/", files.file, name="file"),
    path("files/<uuid:pk>/delete/", files.file_delete, name="file-delete"),
    path("health", about.health, name="health"),
    path("partnership/", partnership.partnership, name="partnership"),
    path("partnership/agencies/", agencies.agencies, name="agencies"),
    path("partnership/agencies/add/", agencies.add, name="agency-add"),
    path("partnership/agencies/enter/", agencies.enter, name="agencies-enter"),
    path("partnership/agencies/<slug:code>/rename/", agencies.rename, name="agency-rename"),
    path("partnership/people/", people.people, name="people"),
    path("partnership/people/add/", people.add, name="person-add"),
    path("partnership/people/<int:pk>/", people.person, name="person"),
    path("partnership/people/<int:pk>/correct/", people.correct, name="person-correct"),
    path("partnership/people/<int:pk>/role/", people.give, name="role-give"),
    path("partnership/people/<int:pk>/close/", people.close, name="account-close"),
    path("partnership/people/<int:pk>/reopen/", people.reopen, name="account-reopen"),
    path("partnership/people/<int:pk>/link/", people.send, name="password-link"),
    path("partnership/people/<int:pk>/second-factors/", people.remove_factors, name="second-factors-remove"),
    path("partnership/roles/<int:pk>/end/", people.end, name="role-end"),
    path("partnership/teams/", teams.teams, name="teams"),
    path("partnership/teams/add/", teams.add, name="team-add"),
    path("partnership/teams/<int:pk>/", teams.team, name="team"),
    path("partnership/teams/<int:pk>/correct/", teams.correct, name="team-correct"),
    path("partnership/teams/<int:pk>/join/", teams.join, name="team-join"),
    path("partnership/teams/members/<int:pk>/leave/", teams.leave, name="team-leave"),
    path("partnership/settings/", settings.settings, name="settings"),
    path("partnership/settings/contact/", settings.contact, name="settings-contact"),
    path("partnership/settings/limits/<slug:clock>/", settings.limit, name="settings-limit"),
    path("partnership/settings/localities/add/", settings.add_locality, name="locality-add"),
    path(
        "partnership/settings/localities/<slug:key>/rename/", settings.rename_locality, name="locality-rename"
    ),
    path("worklist/", worklist.worklist, name="worklist"),
]

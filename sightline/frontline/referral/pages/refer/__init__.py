"""The pages of the referral form, which ask nobody to sign in."""

from django.urls import path

from sightline.frontline.referral.pages.refer import receipt, views

urlpatterns = [
    path("refer/", views.start, name="refer"),
    path("refer/save/", views.save, name="refer-save"),
    path("refer/later/", views.later, name="refer-later"),
    path("refer/check/", views.check, name="refer-check"),
    path("refer/resume/<str:key>/", views.resume, name="refer-resume"),
    path("refer/receipt/<str:key>/", receipt.receipt, name="refer-receipt"),
    path("refer/receipt/<str:key>/disagree/", receipt.disagree, name="refer-disagree"),
    path("refer/<slug:step>/", views.page, name="refer-page"),
]

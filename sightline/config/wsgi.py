"""The door for a web server: `gunicorn sightline.config.wsgi`. Refuses to open while a check fails."""

import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from sightline.config.start import check_the_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")

application = get_wsgi_application()
call_command("check", stdout=io.StringIO())  # says aloud what is wrong, not that nothing is
check_the_database()

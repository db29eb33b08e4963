"""Where a web server finds the app: ``gunicorn wsgi:app``.

``CCHC_SURFACE`` chooses the routes of the process: ``respond``, ``office`` or ``all``.
"""

import os

from survey_app import create_app

app = create_app(surface=os.environ.get("CCHC_SURFACE", "all"))

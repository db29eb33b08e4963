"""Where the server starts: ``python -m wsgi --workers 2``, or another one by ``wsgi:app``.

``CCHC_SURFACE`` chooses the routes of the process: ``respond``, ``office`` or ``all``.
"""

import os

from survey_app import create_app

app = create_app(surface=os.environ.get("CCHC_SURFACE", "all"))

if __name__ == "__main__":
    from survey_app.server import main

    main(app)

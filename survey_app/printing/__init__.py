"""From slips and sheets of the database to PDF on a stream.

``slips`` turns printed slips into cards, ``sheets`` turns serials into blank forms,
``posters`` turns places into wall posters; how a page looks is ``questionnaires.paper``. A
slip's code goes to the stream it was asked for and nowhere else: :func:`passing_file` has no
name, so nothing is left when it is closed.
"""

from survey_app.printing.common import passing_file
from survey_app.printing.sheets import write_sheets
from survey_app.printing.slips import write_cards

__all__ = ["passing_file", "write_cards", "write_sheets"]

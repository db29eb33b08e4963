"""Everything that becomes paper: slip cards and blank forms, in millimetres.

``fonts`` knows how wide a letter is, ``display`` what can lie on a page, ``layout`` where
the boxes of a form are; ``cards`` and ``blank_forms`` put pages together, ``render`` draws
them as PDF or SVG. Nothing here knows about people, links or databases: whoever prints
hands in serials and addresses (see ``survey_app.printing``).
"""

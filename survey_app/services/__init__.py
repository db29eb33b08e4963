"""What the office can do: one verb each, one transaction each.

Views and commands call these; only this room imports ``sampling`` and ``analysis``, and
the heavy ones (``frames``, ``index_runs``, ``exports``) are imported by office workers
only, so a respondent's worker carries no pandas.
"""

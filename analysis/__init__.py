"""What the answers say: from ballots to tallies, criterion points, the index and its ranks.

Read in the order of the arithmetic: ``tallies`` (ballots are counted once), ``scores``
(counts become criterion points), ``index`` (points become components, the index, ranks and
bands), ``publish`` (what of it may be shown), ``compute`` (all of it in one call),
``results`` (what that call returns) and ``tables`` (how it is laid out and walked back).
Nothing here knows a database or a page: frames come from ``survey_app.services.frames``.
"""

"""What the science refuses, in the language of the page; Vietnamese on the command line."""

from __future__ import annotations

from sampling.arguments import RefusedError
from survey_app.formats import language


def in_words(error: RefusedError) -> list[str]:
    """Return one sentence for each mistake."""
    return [said.in_language(language()) for said in error.said]

"""What is asked, of whom, and what it counts for.

``model`` holds the vocabulary every other room speaks; ``loader`` reads it from the YAML
files beside it; ``checks`` says what is wrong with them; ``paper`` prints them. Nothing
here knows about databases, web pages or statistics.
"""

"""Doors: find, validate, call one service, answer. One blueprint a file."""

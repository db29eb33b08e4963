"""What comes in through forms: built from definitions, or written by hand for the office."""

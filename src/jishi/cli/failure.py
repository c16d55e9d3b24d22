"""The one way a command gives up: a sentence for the person at the terminal, and an exit code."""

from __future__ import annotations


class Failure(Exception):
    """Ends the command with one clear sentence."""

    def __init__(self, sentence: str, *, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.exit_code = exit_code

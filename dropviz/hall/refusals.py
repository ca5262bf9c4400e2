"""What the hall answers when it does not do what it was asked."""


class Refusal(ValueError):
    """One sentence, the status that it is sent with, the seconds after which to ask again, and the methods allowed."""

    def __init__(self, status: int, sentence: str, retry_after: int = 0, allow: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.retry_after = retry_after
        self.allow = allow

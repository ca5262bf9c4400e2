"""What the hall answers when it does not do what it was asked."""


class Refusal(ValueError):
    """One sentence, the status that it is sent with, and the seconds after which it is worth to ask again."""

    def __init__(self, status: int, sentence: str, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.retry_after = retry_after

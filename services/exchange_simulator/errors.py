"""What the venue refuses, in its own words."""


class RefusedError(Exception):
    """Raised when a request is answered with an error of the venue.

    Attributes:
        status: HTTP status.
        message: The venue's own text.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


NOT_FOUND = RefusedError(404, "NotFound")

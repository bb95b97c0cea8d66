"""Errors of the models package; messages are Vietnamese, for the person asking."""


class ModelError(Exception):
    """Base of every error this package raises on purpose."""


class NotAllowedError(ModelError):
    """The viewer may not see or do this."""


class NotFoundError(ModelError):
    """Nothing is stored under this code or name."""


class ConflictError(ModelError):
    """What is to be stored contradicts what is there."""


class InvalidValueError(ModelError):
    """A value that is to be stored breaks a rule of this house."""


class SchemaError(ModelError):
    """The database is missing, empty or of another version."""


class RuleSetError(ModelError):
    """A rule set file cannot be used."""


class BusyError(ModelError):
    """Another writer holds the database for longer than a request may wait."""


class CollisionError(BusyError):
    """Two transactions stood in each other's way, and this one gave way: it may be repeated."""


class TokenRefusedError(ModelError):
    """A token opens nothing, or nothing any more."""


class HeldUpError(ModelError):
    """Too much failed lately: whoever asks has to wait."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

"""Secrets come from files, so that no process list or log can show them."""

from pathlib import Path

from tradestream.errors import ConfigurationError


def read_secret(path: str | Path | None) -> str | None:
    """Return the secret in a file, without surrounding blanks; None for no path.

    Raises:
        ConfigurationError: If the file cannot be read or holds nothing.
    """
    if path is None:
        return None
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ConfigurationError(
            f"a readable secret file is required, was {path}: {reason}"
        ) from error
    if not secret:
        raise ConfigurationError(f"a secret is required in {path}, was empty")
    return secret

"""What the venue says each of its markets is, if it can be reached."""

import requests

from tradestream.report.model import Product

TIMEOUT_SECONDS = 2.0
_KINDS = {"planted": "planted", "no edge": "no edge", "recorded": "recorded"}


def fetch_products(venue_url: str) -> dict[str, Product]:
    """Return the venue's products by symbol; empty when it does not answer.

    The page is drawn without them then, and says so: a venue that is down must not
    hide what is known.

    Args:
        venue_url: Base of the venue's REST API, e.g. `http://127.0.0.1:9000`.
    """
    try:
        answer = requests.get(f"{venue_url}/products", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        rows = answer.json()
        return {row["id"]: product(row.get("display_name", "")) for row in rows}
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError):
        return {}


def product(name: str) -> Product:
    """Return a product with the kind that its name tells."""
    lowered = name.lower()
    for word, kind in _KINDS.items():
        if word in lowered:
            return Product(name, kind)
    return Product(name, "market")

"""Pages for people, rendered on the server: no JavaScript is needed to read them."""

from explorer.site import mount

__all__ = ["mount"]

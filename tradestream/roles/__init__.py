"""One Postgres role a room: what is declared, and how it comes to be."""

"""How answers leave the server, how it is, and what it counts."""

"""Social networks: influence, communities, ties, bridges. A library on numpy and scipy, without Django."""

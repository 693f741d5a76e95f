"""Guanxi (关系): know your customers, and what to do for them next."""

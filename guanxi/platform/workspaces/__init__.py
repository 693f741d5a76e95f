"""A workspace is one firm's Guanxi: one folder, one database.

The folder is GUANXI_HOME (`home`). The database is the embedded PostgreSQL inside it (`cluster`),
or a real server named by GUANXI_DATABASE_URL; `roles` tells how to reach either.
"""

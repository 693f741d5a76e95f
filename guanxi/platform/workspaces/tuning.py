"""The embedded database's configuration files."""

from __future__ import annotations

from pathlib import Path

import psutil

from .roles import PORT

MIB = 1024 * 1024

ACCESS = """\
# Written by Guanxi at every start. A password for everybody, through the socket alone.
# TYPE  DATABASE  USER  METHOD
local   all       all   scram-sha-256
"""


def configuration(*, socket_folder: Path, log_folder: Path, overrides: Path) -> str:
    """Return postgresql.conf for a machine shared with Guanxi's server, worker and analysis.

    The administrator's file `overrides`, if there is one, is read last and so has the last word.
    """
    memory = psutil.virtual_memory().total // MIB
    settings = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": f'"{socket_folder}"',  # quoted: PostgreSQL reads a list
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": 60,
        "shared_buffers": f"{_between(64, memory // 8, 768)}MB",
        "effective_cache_size": f"{_between(128, memory // 2, 16384)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{_between(64, memory // 16, 256)}MB",
        # Imports write much at once: checkpoints far apart, full-page images compressed.
        "max_wal_size": "3GB",
        "min_wal_size": "128MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "synchronous_commit": "on",
        "random_page_cost": 1.1,
        "jit": "off",  # its compile time exceeds what these queries last
        # Small tables that change all the time (jobs, cursors) must stay small; large ones must get
        # fresh statistics after an import.
        "autovacuum_naptime": "20s",
        "autovacuum_vacuum_scale_factor": 0.1,
        "autovacuum_analyze_scale_factor": 0.05,
        "idle_in_transaction_session_timeout": "30min",
        "shared_preload_libraries": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # One file for each day of the week, begun anew when its day comes round.
        "logging_collector": "on",
        "log_directory": log_folder,
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": 0,
        "log_min_duration_statement": "-1",  # statements carry personal values
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",  # so do details: Key (email)=(...) already exists
        "log_parameter_max_length_on_error": 0,
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "cluster_name": "guanxi",
    }
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    lines.append(f"include_if_exists = {_quoted(overrides)}")
    heading = f"# Written by Guanxi at every start. Put settings of your own into {overrides}."
    return "\n".join([heading, *lines, ""])


def _quoted(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))

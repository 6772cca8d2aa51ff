"""Where the metadata lives: a SQLite file in the run root, or a MySQL server."""

import os
from pathlib import Path
from typing import Literal

from ml_metadata.proto import metadata_store_pb2 as pb

from components.base import Parameters, UserError

SQLITE_FILE = "metadata.sqlite"


class MetadataParameters(Parameters):
    """Where the metadata lives.

    Attributes:
        backend: sqlite keeps it in the run root, mysql in a server.
        host, port, database, user: Of the MySQL server.
        password_variable: Name of the environment variable that holds the password.
    """

    backend: Literal["sqlite", "mysql"] = "sqlite"
    host: str = "127.0.0.1"
    port: int = 3306
    database: str = "labeldrop"
    user: str = "labeldrop"
    password_variable: str = "LABELDROP_MYSQL_PASSWORD"


def connection(file: Path, parameters: MetadataParameters) -> pb.ConnectionConfig:
    """What ML Metadata needs to open the store.

    Args:
        file: The SQLite file.

    Raises:
        UserError: The password of the MySQL server is not in the environment.
    """
    config = pb.ConnectionConfig()
    if parameters.backend == "sqlite":
        file.parent.mkdir(parents=True, exist_ok=True)
        config.sqlite.filename_uri = str(file)
        config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
        return config
    password = os.environ.get(parameters.password_variable)
    if password is None:
        raise UserError(
            f"metadata: expected the password of {parameters.user} in the environment variable "
            f"{parameters.password_variable}. Received: none"
        )
    config.mysql.host, config.mysql.port = parameters.host, parameters.port
    config.mysql.database, config.mysql.user = parameters.database, parameters.user
    config.mysql.password = password
    return config

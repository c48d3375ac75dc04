"""Every setting, in one place: from the environment (`FONDS_…`), or from the command line where a command has the option."""

from dataclasses import fields
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.database import STEMMING
from data.search.words import STEMMINGS
from schema.limits import Limits

AT_MOST = Limits()


class Settings(BaseSettings):
    """What can be set. Each field is the environment variable `FONDS_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="FONDS_", frozen=True)

    database_url: str = Field(default="sqlite:///fonds.db", description="The store, as `sqlite:///PATH`.")
    stemming: Literal[STEMMINGS] = Field(  # type: ignore[valid-type] # the names are Snowball's
        default=STEMMING,
        description="How a new store stems the words of texts: a Snowball language such as `english` or `russian`, or `none`.",
    )
    upgrade: bool = Field(
        default=True,
        description="Whether `fonds serve` and `fonds load` upgrade the store of an older Fonds, after a copy of it.",
    )
    write_wait_max_seconds: float = Field(
        default=60.0, ge=0, description="The longest that a load waits for another that is writing; then `STORE_LOCKED`."
    )
    archive_name: str = Field(default="Fonds", description="What `archive { name }` answers.")
    host: str = Field(default="127.0.0.1", description="The address that `fonds serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Its port; 0 takes a free one.")
    workers: int = Field(default=1, ge=1, description="How many processes answer, behind one port; one that dies is replaced.")
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="`INFO` logs a line a request, `WARNING` only what went wrong.",
    )
    allowed_hosts: str = Field(
        default="*",
        description="The `Host` names that are answered, with commas between; `*` for all.",
    )
    introspection: bool = Field(default=True, description="Whether the schema may be asked for; if not, errors suggest no names.")
    graphiql: bool = Field(
        default=True, description="Whether the explorer is served at `/graphiql/`; never with trusted operations."
    )
    page_max_rows: int = Field(default=AT_MOST.page_max_rows, ge=1, description="The most that `first` or `last` may ask for.")
    ranked_max_hits: int = Field(
        default=AT_MOST.ranked_max_hits,
        ge=1,
        description="Up to so many hits of a search all are ranked; of more, those loaded first and as many of the better ones.",
    )
    query_max_tokens: int = Field(default=AT_MOST.query_max_tokens, ge=1, description="The longest query, in GraphQL tokens.")
    query_max_depth: int = Field(default=AT_MOST.query_max_depth, ge=1, description="The deepest query, in levels of fields.")
    query_max_fields: int = Field(
        default=AT_MOST.query_max_fields,
        ge=1,
        description="The broadest query, in fields with its fragments written out, and in objects of its variables.",
    )
    query_max_aliases: int = Field(
        default=AT_MOST.query_max_aliases,
        ge=0,
        description="The most aliased or repeated fields, with fragments written out.",
    )
    query_max_directives: int = Field(default=AT_MOST.query_max_directives, ge=0, description="The most directives in a query.")
    query_max_cost_rows: int = Field(
        default=AT_MOST.query_max_cost_rows,
        ge=1,
        description="The dearest query: the rows that its pages may hold at most, multiplied down the tree.",
    )
    statement_max_seconds: float = Field(
        default=AT_MOST.statement_max_seconds, gt=0, description="The longest that the database may work on a query."
    )
    answers_max_bytes: int = Field(
        default=AT_MOST.answers_max_bytes,
        ge=0,
        description="How many bytes of answers are kept until something is committed; 0 keeps none.",
    )
    cache_control: str = Field(
        default="no-cache",
        pattern=r"^[\x20-\x7e]*$",
        description="The `Cache-Control` of answers to GET, such as `public, max-age=60`; `no-cache` has them asked for anew.",
    )
    persisted_queries_max_bytes: int = Field(
        default=1024 * 1024, ge=0, description="How many bytes of operations clients may ask for by their hash; 0 keeps none."
    )
    trusted_operations: str = Field(
        default="", description="A file of operations (a JSON manifest, or `.graphql`); no others are then answered."
    )
    read_threads: int = Field(
        default=AT_MOST.read_threads, ge=1, description="How many statements may run at a time, beside those that take no time."
    )
    read_wait_max_seconds: float = Field(
        default=AT_MOST.read_wait_max_seconds,
        gt=0,
        description="The longest that a query may wait for one of these to end, before it is told to come back.",
    )
    body_max_bytes: int = Field(default=256 * 1024, ge=1, description="The largest body of a request.")
    load_max_bytes: int = Field(
        default=16 * 1024 * 1024, ge=1, description="The largest body of a request that comes with a token in use."
    )
    load_max_records: int = Field(
        default=AT_MOST.load_max_records, ge=1, description="The most records that one mutation may load."
    )
    body_max_seconds: float = Field(default=10.0, gt=0, description="The longest that a body may take to arrive.")
    header_max_bytes: int = Field(default=32 * 1024, ge=1024, description="The largest head of a request (address and headers).")
    header_max_seconds: float = Field(
        default=10.0, gt=0, description="The longest that a connection may take to send the head of its request."
    )
    idle_max_seconds: float = Field(default=30.0, gt=0, description="The longest that a connection may stay without a request.")

    def limits(self) -> Limits:
        """The limits of queries, as they are set."""
        return Limits(**{field.name: getattr(self, field.name) for field in fields(Limits)})

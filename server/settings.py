"""Every setting, in one place: from the environment (`FONDS_…`), or from the command line where a command has the option."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set. Each field is the environment variable `FONDS_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="FONDS_", frozen=True)

    database_url: str = Field(default="sqlite:///fonds.db", description="The store, as `sqlite:///PATH`.")
    archive_name: str = Field(default="Fonds", description="What `archive { name }` answers.")
    host: str = Field(default="127.0.0.1", description="The address that `fonds serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Its port; 0 takes a free one.")
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="`INFO` logs a line a request, `WARNING` only what went wrong.",
    )

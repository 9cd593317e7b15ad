"""The base of all sections of the file: one table, strictly checked."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


def _network(text: str) -> str:
    ip_network(text)
    return text


Network = Annotated[str, AfterValidator(_network)]


class Section(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def wrong(key: str, says: str) -> PydanticCustomError:
    """What is wrong with several keys together, to be shown at one of them."""
    return PydanticCustomError("of_several_keys", "{says}", {"says": says, "key": key})

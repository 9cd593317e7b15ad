"""What `passerby serve` can be told in a file: every key with effect, default and danger. A wrong one is an error."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from passerby.errors import SettingsError, os_reason
from passerby.rules.retention import DEFAULT_HOURS, Keep

FILE_NAME = "passerby.toml"


def _network(text: str) -> str:
    ip_network(text)
    return text


def is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


Network = Annotated[str, AfterValidator(_network)]


class Section(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Server(Section):
    """Where the page and the API are reached."""

    host: str = Field(
        "127.0.0.1",
        description="The address of this machine to listen at. 0.0.0.0 listens everywhere. "
        "Danger: whoever reaches it sees the sign-in page, so use HTTPS.",
    )
    port: int = Field(8080, ge=1, le=65535, description="The TCP port to listen at.")
    names: tuple[str, ...] = Field(
        (),
        description="Host names under which browsers reach it, such as cameras.school.example. Requests for other "
        "names are refused, so that a foreign page cannot pretend to be this one; IP addresses and localhost work.",
    )
    certificate: Path | None = Field(
        None, description="A PEM file with the certificate and its chain: pages are then served by HTTPS."
    )
    private_key: Path | None = Field(None, description="A PEM file with the certificate's private key.")
    trusted_proxies: tuple[Network, ...] = Field(
        (),
        description="Addresses or networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are "
        "believed. Danger: a client in them can pretend to be at any address.",
    )
    allow_plain_http: bool = Field(
        False,
        description="Listen beyond this machine without HTTPS or a proxy. "
        "Danger: passwords and pictures can be read by others in the network.",
    )

    @property
    def is_https(self) -> bool:
        return self.certificate is not None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("server.certificate and server.private_key are given together or not at all")
        if not (self.is_https or self.trusted_proxies or self.allow_plain_http or is_this_machine(self.host)):
            raise ValueError(
                f"server.host '{self.host}' is reached by others, and there is no server.certificate: passwords would "
                "travel in the clear (give a certificate, name the proxy in server.trusted_proxies, or say "
                "server.allow_plain_http)"
            )
        return self


class Storage(Section):
    """Where recordings and their catalogue are."""

    catalogue: SecretStr | None = Field(
        None,
        description="The catalogue's database, such as postgresql+psycopg://USER:PASSWORD@HOST/NAME. "
        "Without it: an SQLite file in the data folder.",
    )
    recordings: str | None = Field(
        None, description="A folder or a URL such as s3://BUCKET/PREFIX for recordings. Without it: the data folder."
    )
    most_gigabytes: float | None = Field(
        None, gt=0, le=1e7, description="Room for recordings, else the disk. Over it the oldest go, with an alarm."
    )
    least_free_gigabytes: float = Field(
        1.0, ge=0, le=1e7, description="So much stays free to record, also where S3 is waited for."
    )
    keep_hours: float = Field(
        DEFAULT_HOURS, gt=0, description="How long recordings are kept; a camera may have its own. At least 0.03."
    )
    more_than_30_days: bool = Field(
        False,
        description="Allow keep_hours over 720. Danger: recordings that nobody needs any more are a risk to the "
        "people in them.",
    )
    keep_audit_days: int = Field(
        365,
        ge=30,
        le=3660,
        description="How long the records of who looked at what are kept. Danger: what was done before cannot be asked "
        "any more.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        Keep(self.keep_hours, self.more_than_30_days)
        return self


class SignIn(Section):
    """How people prove who they are to this installation."""

    session_hours: float = Field(12.0, gt=0, le=720, description="A session ends after this time, whatever is done.")
    idle_minutes: float = Field(60.0, gt=0, le=43200, description="A session ends after this time without a request.")
    least_password_letters: int = Field(
        12, ge=8, le=128, description="Shorter passwords are refused. Danger: short ones are guessed."
    )
    tries_before_lock_out: int = Field(
        5,
        ge=1,
        le=100,
        description="Wrong passwords in a row after which a name is locked: a minute, then twice as long each "
        "time, an hour at most.",
    )
    tries_a_minute: int = Field(20, ge=1, description="Attempts to sign in from one address in a minute.")
    set_up_link_minutes: float = Field(60.0, gt=0, le=43200, description="The first start's link works this long.")


class Oidc(Section):
    """Signing in through another service by OpenID Connect. Users must exist here too: it says who, this says what."""

    issuer: str | None = Field(
        None,
        description="The service's https:// address. Without it: no such sign-in. Danger: it can sign in as any "
        "user here.",
    )
    client_id: str | None = Field(None, description="What this installation is called there.")
    client_secret_file: Path | None = Field(
        None, description="A file with the secret that it gave. Keep its mode 0600."
    )
    label: str = Field("single sign-on", max_length=60, description="What the button on the sign-in page says.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.issuer is not None and not self.issuer.startswith("https://"):
            raise ValueError("oidc.issuer begins with https://")
        if self.issuer is not None and not (self.client_id and self.client_secret_file):
            raise ValueError("oidc.issuer needs oidc.client_id and oidc.client_secret_file")
        return self


class Redact(Section):
    """Files that operators bring to the page to have them redacted. The clear file is kept in memory only."""

    most_megabytes: float = Field(500.0, gt=0, le=100_000, description="The largest file that is taken.")
    most_files: int = Field(
        4,
        ge=1,
        le=1000,
        description="Files that are kept at once, of all users together. Danger: they may take most_files times "
        "most_megabytes of memory.",
    )
    most_files_per_user: int = Field(2, ge=1, le=1000, description="One user's; one place always stays for others.")
    keep_minutes: float = Field(
        60.0,
        gt=0,
        le=24 * 60,
        description="A file and what was made of it are forgotten after this time without a request for it.",
    )

    @property
    def most_bytes(self) -> int:
        return round(self.most_megabytes * 1e6)


class Sources(Section):
    """What cameras may be beside network addresses."""

    networks: tuple[Network, ...] = Field(
        (),
        description="Networks in which cameras may be although they are refused by default, such as 127.0.0.0/8. "
        "Danger: whoever may add a camera can make this machine talk to what is there.",
    )
    files: bool = Field(
        False, description="A file may be played as a camera. Danger: any video that this program can read."
    )
    devices: bool = Field(False, description="A camera at this machine (/dev/video0) may be opened.")
    drawn: bool = Field(
        False,
        description="A drawn scene, such as drawn:street, may be a camera: people who do not exist, to try things out. "
        "Danger: its recordings look like those of a camera.",
    )


class Metrics(Section):
    """Figures for Prometheus at /metrics."""

    is_public: bool = Field(
        False, description="Show them without a token. Danger: they tell the cameras' names and states to everybody."
    )


class About(Section):
    """What the page for the people filmed says."""

    title: str = Field("passerby", max_length=120, description="The name of this installation.")
    operator: str = Field("", max_length=500, description="Who runs the cameras and answers for them.")
    contact: str = Field("", max_length=500, description="Where people who are filmed can ask.")
    purpose: str = Field("", max_length=2000, description="Why there are cameras.")


class Camera(Section):
    """One camera that is kept in this file; it may be given many times. More can be added on the page."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Its name in addresses and folders: letters, digits, - and _."
    )
    address: SecretStr = Field(
        description="Where it is: rtsp://, rtsps://, http://, https://, file: or /dev/video0, with its log-in. "
        "Danger: this file then holds a password, so keep its mode 0600."
    )
    title: str = Field("", max_length=120, description="What people call it. Without it: its name.")
    transport: Literal["tcp", "udp"] = Field("tcp", description="Of RTSP: udp where a camera's TCP stutters.")
    trust_any_certificate: bool = Field(
        False,
        description="Take a self-signed certificate. Danger: somebody in between can show us other pictures.",
    )
    mode: Literal["reveal", "cover"] = Field(
        "reveal",
        description="reveal: for fixed cameras, hides all but background. cover: for moving ones, hides what is found.",
    )
    privacy_delay_s: float = Field(
        1.0,
        ge=0.2,
        le=10,
        description="Pictures come later by so much, so that covers begin before somebody was found. Danger: the "
        "shorter it is, the later a cover may begin in cover mode.",
    )
    keep_hours: float | None = Field(
        None, gt=0, description="How long its recordings are kept. Without it: storage.keep_hours."
    )
    more_than_30_days: bool = Field(False, description="Allow its keep_hours over 720.")
    groups: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")], ...] = Field(
        (), description="Camera groups that it is in: users see the groups that they were given."
    )
    is_enabled: bool = Field(True, description="Record and show it.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.keep_hours is not None:
            Keep(self.keep_hours, self.more_than_30_days)
        return self


class Config(Section):
    """The whole file."""

    server: Server = Server()
    storage: Storage = Storage()
    sign_in: SignIn = SignIn()
    oidc: Oidc = Oidc()
    redact: Redact = Redact()
    sources: Sources = Sources()
    metrics: Metrics = Metrics()
    about: About = About()
    camera: tuple[Camera, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [each.name for each in self.camera]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"there are two cameras named '{twice}'")
        return self


def read_config(path: Path) -> Config:
    """Raises SettingsError: one sentence that names the key, never a value, since a value may be a password."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"couldn't read '{path}': {os_reason(error)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"couldn't read '{path}': {error}", hint="it is written in TOML") from None
    return parse_config(told, str(path))


def parse_config(told: Mapping[str, Any], where: str = FILE_NAME) -> Config:
    """As `read_config`, from what was read."""
    known = dict(keys_of(Config))
    for key in _keys_told(told):
        if key not in known:
            raise _unknown(key, known, where)
    try:
        return Config.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        says = first["msg"].removeprefix("Value error, ")
        key = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
        has_key = not key or key in says
        raise SettingsError(
            f"{where}: {says}" if has_key else f"{where}: {key}: {says[:1].lower()}{says[1:]}"
        ) from None


def keys_of(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, type[BaseModel] | None]]:
    """Every key as section.key; for a section also its model."""
    for name, field in model.model_fields.items():
        inner = section_of(field.annotation)
        yield before + name, inner
        if inner:
            yield from keys_of(inner, f"{before}{name}.")


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a table, or of each table of a list of tables; None for a plain value."""
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _keys_told(told: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in told.items():
        yield before + name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                yield from _keys_told(inner, f"{before}{name}.")


def _unknown(key: str, known: Mapping[str, object], where: str) -> SettingsError:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    return SettingsError(f"{where}: there is no key '{key}'", hint=f"did you mean '{near[0]}'?" if near else None)

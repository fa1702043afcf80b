"""What is stored of a user's command, its surroundings and its logs is stored without what looks like a secret.

``hidden`` takes it out of any text: values of names such as PASSWORD, TOKEN, API_KEY (as ``NAME=value``, ``"name":
"value"``, ``--name value``, ``?name=value``), credentials in addresses, bearer tokens, keys of well-known services,
JSON web tokens, private keys. ``without_homes`` leaves of a person's home folder ``~``. Both may hide too much, and are
no licence to print secrets: what looks like nothing stays.

All patterns are linear, and a text that was hidden once stays as it is.
"""

from __future__ import annotations

import os
import re
import sysconfig
from collections.abc import Mapping
from typing import Any

HIDDEN = "***"
#: Words that make a name one of a secret, wherever they stand in it; those that do at its end; and parts of words.
_ANYWHERE = frozenset(
    ("token", "secret", "secrets", "password", "passwd", "passphrase", "pwd", "credential", "credentials")
)
_LAST = frozenset(("key", "auth", "authorization", "cookie", "pass"))
_WITHIN = ("password", "passwd", "secret", "apikey", "accesskey", "privatekey", "authtoken", "accesstoken")
_PARTS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_NUMBER = re.compile(r"[\d.,]{1,8}")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,40}://)([^\s/@:]*):([^\s/?#'\"]*)@")
_NAME = re.compile(r"(?<![\w.-])(-{0,2}[A-Za-z_][\w.-]{0,80})[\"']?(\s{0,3}[=:]\s{0,3}|(?<=\w)[ \t]{1,3})")
_VALUE = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[^\s,;&\"'}\])]+")
_FORMS = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,10000}?-----END [A-Z ]{0,30}PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,255}|\bgithub_pat_\w{20,255}"
    r"|\bxox[abeoprs]-[\w-]{10,255}"
    r"|\bsk-[\w-]{16,255}"
    r"|\bAIza[\w-]{30,60}"
    r"|\beyJ[\w-]{5,2000}\.[\w-]{2,4000}\.[\w-]{0,2000}"
)
_BEARER = re.compile(r"\b(bearer|basic)(\s{1,3})[A-Za-z0-9._~+/=-]{8,4000}", re.IGNORECASE)
_HOMES = re.compile(r"(?:/home|/Users|/var/home|[A-Za-z]:\\+Users)[/\\]+[^/\\\s:'\"]{1,64}|(?<![\w/])/root(?=/)")
_LIBRARY = re.compile(r"^.*[/\\]((?:site|dist)-packages[/\\])")
_STANDARD = re.compile(r"^.*[/\\]lib[/\\](python\d\.\d+[/\\])", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    """Whether what stands under this name is better not kept: API_KEY, userPassword, --auth-token."""
    parts = [part.lower() for part in _PARTS.split(name) if part]
    together = "".join(parts)
    last = bool(parts) and parts[-1] in _LAST
    return last or not _ANYWHERE.isdisjoint(parts) or any(word in together for word in _WITHIN)


def hidden(text: str) -> str:
    """The text with ``***`` for what looks like a secret."""
    if not text:
        return text
    text = _FORMS.sub(HIDDEN, text)
    text = _ADDRESS.sub(lambda match: match[1] + match[2] + ":" + HIDDEN + "@", text)
    text = _BEARER.sub(lambda match: match[1] + match[2] + HIDDEN, text)
    return _without_values(text)


def _without_values(text: str) -> str:
    """The text with ``***`` for the values of secret names. Not one pattern: a value may hold the next name."""
    parts, at = [], 0
    for match in _NAME.finditer(text):
        value = _VALUE.match(text, match.end())
        if value is not None and match.start() >= at and _is_secret(match[1], match[2], value[0]):
            quote = value[0][0] if value[0][0] in "\"'" else ""
            parts += [text[at : value.start()], quote, HIDDEN, quote]
            at = value.end()
    return "".join([*parts, text[at:]])


def _is_secret(name: str, between: str, value: str) -> bool:
    plain = value.strip("\"'")
    if not is_secret_name(name) or plain in ("", HIDDEN) or plain.lower() in ("bearer", "basic"):
        return False
    if not between.strip():  # a word behind an option, no other word behind a word
        return name.startswith("-") and not value.startswith("-")
    # How many tokens, which key: a number is a secret where it is a password alone.
    return _NUMBER.fullmatch(plain) is None or "pass" in name.lower() or "pwd" in name.lower()


def hidden_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values by name, those of secret names and what looks like a secret hidden, at any depth."""
    return {
        name: HIDDEN if is_secret_name(name) and _is_text(value) else _inside(value) for name, value in values.items()
    }


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _inside(value: Any) -> Any:
    if isinstance(value, str):
        return hidden(value)
    if isinstance(value, Mapping):
        return hidden_values(value)
    return [_inside(item) for item in value] if isinstance(value, list | tuple) else value


def without_homes(text: str) -> str:
    """The text with ``~`` for the home folders of people, this one's or another machine's."""
    own = os.path.expanduser("~")
    if len(own) > 1 and own != "~":
        text = re.sub(re.escape(own) + r"(?=[/\\\s'\":]|$)", "~", text)
    return _HOMES.sub("~", text)


def kept(text: str) -> str:
    """What is kept of a text that a program printed or an error said: no secrets, no homes."""
    return hidden(without_homes(text))


def kept_path(path: str, folder: str | None = None) -> str:
    """A source file's path as profiles keep it: from ``site-packages`` or ``python3.x`` on, or relative to ``folder``
    (the current one); else without a person's home."""
    for pattern in (_LIBRARY, _STANDARD):
        if match := pattern.match(path):
            return match[1] + path[match.end() :]
    standard = sysconfig.get_path("stdlib")
    for root in (folder or os.getcwd(), standard):
        if root and len(root) > 1 and path.startswith(root.rstrip("/\\") + os.sep):
            return path[len(root.rstrip("/\\")) + 1 :]
    return without_homes(path)

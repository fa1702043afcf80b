"""What looks like a secret is not kept, wherever it stands; what does not stays letter by letter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.secrets import HIDDEN, hidden, hidden_values, is_secret_name, kept, kept_path, without_homes

#: What a person might use: no space, no quote, and something that no pattern takes for a number.
SECRETS = st.from_regex(r"\A[A-Za-z][A-Za-z0-9+_!$%^*.~-]{7,30}\Z").filter(lambda text: HIDDEN not in text)
NAMES = st.sampled_from(
    ["PASSWORD", "password", "API_KEY", "apiKey", "auth-token", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "db_passwd"]
)
FORMS = st.sampled_from(
    [
        "{name}={secret}",
        "{name}: {secret}",
        'export {name}="{secret}"',
        '{{"{name}": "{secret}"}}',
        "{{'{name}': '{secret}', 'rows': 3}}",
        "python etl.py --{name} {secret} --rows 3",
        "python etl.py --{name}={secret}",
        "https://host/path?rows=3&{name}={secret}&more=1",
        "postgresql://host/db?{name}={secret}",
        "host=localhost {name}={secret} dbname=x",
    ]
)


@given(NAMES, SECRETS, FORMS, st.sampled_from(["", "before ", "line one\n"]), st.sampled_from(["", " after", "\nnext"]))
def test_the_value_of_a_secret_name_is_gone(name: str, secret: str, form: str, before: str, after: str) -> None:
    text = hidden(before + form.format(name=name, secret=secret) + after)
    assert secret not in text and HIDDEN in text
    assert hidden(text) == text
    assert text.startswith(before) and text.endswith(after)


@given(SECRETS.filter(lambda text: "~" not in text), st.sampled_from(["ann", ""]))
def test_the_password_of_an_address_is_gone(secret: str, user: str) -> None:
    text = hidden(f"can not open postgresql+psycopg://{user}:{secret}@db.example.org:5432/quickwin?sslmode=require")
    assert secret not in text and "db.example.org:5432/quickwin?sslmode=require" in text


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer abcdefgh12345678",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_0123456789abcdefghijABCDEFGHIJ",
        "xoxb-123456789012-abcdefghijkl",
        "sk-ant-api03-abcdefghijklmnop",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_is_known_to_be_a_secret_by_its_form_is_gone(secret: str) -> None:
    text = hidden(f"it said {secret} and went on")
    assert secret.split()[-1] not in text and text.startswith("it said ") and text.endswith(" and went on")


@pytest.mark.parametrize(
    "text",
    [
        "24.813 s for 100 tasks, 3 timeouts; monkey=3, hits: 120, keyword: x, tokenizer = bpe",
        "max_tokens=512 and key: 5; the key is too narrow",
        "KeyError: 'rows'",
        "File \"etl.py\", line 12, in load\n    raise ValueError('rows must be > 0, got -1')",
        "https://example.org/path?rows=3#part",
        "postgresql://ann@host/name",
        "sqlite:////srv/data/quickwin.db",
        "",
    ],
)
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert hidden(text) == text


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_can_be_hidden_and_hiding_again_changes_nothing(text: str) -> None:
    assert kept(kept(text)) == kept(text)


@given(st.text(alphabet="ab=:'\"-_ /@.~?&{}passwordtokenkey\n", max_size=400))
def test_hiding_again_changes_nothing_in_text_that_is_full_of_names(text: str) -> None:
    assert hidden(hidden(text)) == hidden(text)


def test_values_are_hidden_by_their_names_at_any_depth() -> None:
    values = {"rows": 3, "password": "x y", "env": {"API_TOKEN": "abc", "HOME": "--token=abc"}, "list": ["pwd=abc1"]}
    assert hidden_values(values) == {
        "rows": 3,
        "password": HIDDEN,
        "env": {"API_TOKEN": HIDDEN, "HOME": f"--token={HIDDEN}"},
        "list": [f"pwd={HIDDEN}"],
    }


@pytest.mark.parametrize(
    ("name", "secret"), [("userPassword", True), ("monkey", False), ("tokens", False), ("KEY", True)]
)
def test_names_are_told_by_their_words(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


@pytest.mark.parametrize("home", ["/home/ann", "/Users/ann", "C:\\Users\\ann", "/root", os.path.expanduser("~")])
def test_a_home_is_no_more_than_a_tilde(home: str) -> None:
    assert without_homes(f'File "{home}/work/etl.py", line 3') == 'File "~/work/etl.py", line 3'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/ann/venv/lib/python3.11/site-packages/numpy/core.py", "site-packages/numpy/core.py"),
        ("/usr/lib/python3/dist-packages/yaml/nodes.py", "dist-packages/yaml/nodes.py"),
        ("/home/ann/.pyenv/versions/3.11.7/lib/python3.11/json/decoder.py", "python3.11/json/decoder.py"),
        ("/home/ann/other/etl.py", "~/other/etl.py"),
        ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>"),
    ],
)
def test_a_profile_keeps_no_path_of_a_person(path: str, expected: str) -> None:
    assert kept_path(path) == expected == kept_path(expected)


def test_a_profile_keeps_paths_relative_to_the_project(tmp_path: Path) -> None:
    assert kept_path(str(tmp_path / "src" / "etl.py"), str(tmp_path)) == str(Path("src", "etl.py"))

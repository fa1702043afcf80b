"""Tests of services that go by command too have the place of the commands' tests."""

from tests.cli.conftest import place

__all__ = ["place"]

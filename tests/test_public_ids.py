"""Ids from outside: read, or left out."""

from uuid import UUID

import pytest

from core.public_ids import public_id, public_ids

ONE = "6f1d5a8e-0f5c-4c0d-9a53-2b4f2d2a9c11"


@pytest.mark.parametrize("text", ["", "7", "me", f"{ONE}0", "\0", "é" * 36])
def test_what_is_no_id_is_none(text):
    assert public_id(text) is None
    assert public_ids([text]) == []


def test_ids_keep_their_order():
    other = ONE.replace("6", "7")
    assert public_ids([other, "me", ONE]) == [UUID(other), UUID(ONE)]

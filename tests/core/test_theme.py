"""Choosing light or dark, also without JavaScript."""

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.parametrize(
    ("chosen", "kept"), [("dark", "dark"), ("light", "light"), ("pink", "system")]
)
def test_the_choice_is_kept_in_a_cookie(chosen, kept):
    response = Client().post(
        reverse("core:theme"), {"theme": chosen, "next": "/x/?a=1"}
    )
    assert response.status_code == 302
    assert response["Location"] == "/x/?a=1"
    assert response.cookies["cs_theme"].value == kept


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test/", "javascript:1"]
)
def test_the_way_back_never_leaves_the_site(target):
    response = Client().post(reverse("core:theme"), {"theme": "dark", "next": target})
    assert response["Location"] == "/"


def test_a_theme_cannot_be_chosen_by_a_link():
    assert Client().get(reverse("core:theme")).status_code == 405

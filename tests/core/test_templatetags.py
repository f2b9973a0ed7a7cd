"""The template tag library and the components, as pages use them."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation

from core.toasts import undo_url_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def draw(source: str, **context: Any) -> str:
    """The rendered source, with ordinary spaces and single blanks."""
    request = RequestFactory().get("/accounts/?band=red&cursor=abc")
    text = engines["django"].from_string(source).render(context, request)
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def include(component: str, /, **context: Any) -> str:
    return draw(f'{{% include "components/{component}.html" %}}', **context)


@pytest.fixture
def noon():
    with (
        time_machine.travel(NOW, tick=False),
        timezone.override("Europe/Berlin"),
    ):
        yield


def test_values_are_said_through_filters():
    said = draw(
        "{{ n|number }} {{ p|percent }} {{ c|signed }} {{ s|score }} "
        '{{ m|money:"EUR" }} {{ m|money_compact:"EUR" }} {{ d|duration }}',
        n=1050, p=93, c=-14.2, s=31.4, m=184_000, d=4320,
    )  # fmt: skip
    assert said == "1,050 93 % −14.2 31.4 €184,000 €184k 1 h 12"


def test_a_date_is_said_and_exact_on_hover(noon):
    said = draw("{{ day|said_date }}", day=date(2026, 12, 30))
    assert said == ('<time datetime="2026-12-30" title="Wed 30 Dec 2026">30 Dec</time>')


def test_a_moment_is_said_in_the_zone_of_the_reader(noon):
    moment = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    said = draw("{{ moment|said_moment }}", moment=moment)
    assert "today, 00:30</time>" in said
    assert 'title="Sun 22 Nov 2026, 00:30 CET"' in said
    assert 'datetime="2026-11-21T23:30:00+00:00"' in said
    assert draw("{{ moment|said_date }}", moment=moment).endswith(">today</time>")


def test_ages_are_said_short_and_in_sentences(noon):
    before = NOW - timedelta(minutes=22)
    assert draw("{{ at|age }}", at=before).endswith(">22 min</time>")
    assert draw("{{ at|ago }}", at=before).endswith(">22 min ago</time>")


def test_a_due_date_carries_its_urgency(noon):
    assert 'class="due soon"' in draw("{{ day|due_in }}", day=date(2026, 12, 30))
    assert 'class="due "' in draw("{{ day|due_in:14 }}", day=date(2026, 12, 30))
    late = draw("{{ day|due_in }}", day=date(2026, 11, 19))
    assert 'class="due late"' in late
    assert "3 d late" in late


def test_moments_that_are_missing_are_dashes():
    source = "{{ x|said_date }}{{ x|said_moment }}{{ x|ago }}{{ x|age }}{{ x|due_in }}"
    assert draw(source, x=None) == "–––––"


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in draw('{% icon "bell" %}')
    assert "sprite.svg#bell" in draw('{% icon "bell" %}')
    assert 'role="img" aria-label="Alerts"' in draw('{% icon "bell" label="Alerts" %}')


def test_every_icon_used_by_a_template_is_in_the_sprite(settings):

    root = Path(settings.BASE_DIR)
    sprite = (root / "static" / "icons" / "sprite.svg").read_text()
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    pattern = re.compile(r'{% icon "([\w-]+)"|icon_name="([\w-]+)"')
    used = {
        name
        for page in (root / "templates").rglob("*.html")
        for match in pattern.findall(page.read_text())
        for name in match
        if name
    }
    assert used <= known


def test_a_sparkline_says_where_it_starts_and_ends():
    drawn = draw('{% sparkline values label="12 weeks" %}', values=[72, None, 31.4])
    assert 'aria-label="12 weeks: from 72.0 to 31.4"' in drawn
    assert "<path d=" in drawn
    assert draw("{% sparkline values %}", values=[1]) == ""
    assert draw("{% sparkline values %}", values=None) == ""


def test_pictures_keep_their_decimal_points_in_every_language():
    with translation.override("de"):
        drawn = draw("{% bar 22.5 %}{% signed_bar 1.2 9.6 %}")
    assert 'width="22.5%"' in drawn
    assert 'width="6.25%"' in drawn


def test_a_stack_says_every_part():
    drawn = draw(
        '{% band_stack counts label="Accounts" %}', counts={"red": 1, "green": 3}
    )
    assert 'aria-label="Accounts: Churn risk 1, Healthy 3"' in drawn
    assert 'fill="url(#hatch)"' not in drawn
    assert 'fill="url(#hatch)"' in draw("{% band_stack c %}", c={"unknown": 2})


def test_a_score_chart_has_a_table_twin():
    points = [
        (date(2026, 11, 1), 45.6),
        (date(2026, 11, 22), None),
        (date(2026, 11, 23), 31.4),
    ]
    drawn = draw("{% score_chart points %}", points=points)
    assert 'aria-label="Score: from 45.6 to 31.4"' in drawn
    assert '<td>22 Nov 2026</td><td class="num">–</td><td>Not enough data</td>' in drawn
    assert "style=" not in drawn


def test_a_score_chart_without_history_says_so():
    assert "Not enough history" in draw("{% score_chart points %}", points=[])


@pytest.mark.parametrize(
    ("band", "word"),
    [
        ("green", "Healthy"),
        ("yellow", "At risk"),
        ("orange", "Critical"),
        ("red", "Churn risk"),
        ("unknown", "Not enough data"),
        ("", "Not enough data"),
    ],
)
def test_a_band_is_a_shape_and_a_word(band, word):
    drawn = include("band", band=band)
    assert word in drawn
    assert f'class="band {band or "unknown"}"' in drawn
    assert "<svg" in drawn


def test_the_shapes_of_bands_differ():
    marks = {
        include("band_mark", band=band)
        for band in ("green", "yellow", "orange", "red", "")
    }
    assert len(marks) == 5


def test_a_band_may_carry_the_words_of_its_scorecard_or_the_score():
    assert "Watch</span>" in include("band", band="yellow", label="Watch")
    drawn = include("band", band="red", score=31.4)
    assert '<span class="visually-hidden">Churn risk</span>31.4' in drawn


@pytest.mark.parametrize(
    ("value", "direction", "word"),
    [
        (-14.2, "down", "down"),
        (6.3, "up", "up"),
        (2.0, "flat", "nearly unchanged"),
        (0, "flat", "nearly"),
    ],
)
def test_a_change_has_a_shape_and_a_word(value, direction, word):
    drawn = include("change", value=value)
    assert f'class="change {direction}"' in drawn
    assert word in drawn


def test_a_change_may_count_any_step_and_be_better_when_lower():
    drawn = include("change", value=0.9, flat=0.05, places=2, lower_is_better=True)
    assert 'class="change up reversed"' in drawn
    assert "0.90" in drawn
    assert include("change", value=None) == ""


def test_a_missing_score_is_said():
    assert "no score" in include("score", score=None)
    assert "31.4" in include("score", score=31.4)


def test_a_sorting_head_keeps_filters_and_drops_the_cursor():
    drawn = include("sort_header", label="Score", key="score", current="score")
    assert 'aria-sort="ascending"' in drawn
    assert "band=red" in drawn
    assert "sort=-score" in drawn
    assert "cursor" not in drawn
    first = include("sort_header", label="ARR", key="arr", current="score", first="-")
    assert "sort=-arr" in first
    assert "aria-sort" not in first


def test_a_pager_shows_only_the_ways_that_exist():
    drawn = include("pager", shown="50 of 1,204", next_url="?cursor=b", target="#rows")
    assert 'rel="next"' in drawn
    assert 'hx-target="#rows"' in drawn
    assert 'rel="prev"' not in drawn


def test_a_toast_offers_the_way_back():
    message = Message(
        messages.SUCCESS, "Archived.", extra_tags="undo=/accounts/1/restore/"
    )
    drawn = include("toasts", messages=[message])
    assert 'action="/accounts/1/restore/"' in drawn
    assert "Undo" in drawn


@pytest.mark.parametrize(
    "tags", ["", "undo=", "undo=https://x.test/", "undo=//x.test/", "safe"]
)
def test_an_undo_address_is_a_path_of_this_site(tags):
    assert undo_url_of(Message(messages.INFO, "Done.", extra_tags=tags)) == ""


def test_values_in_components_are_escaped():
    drawn = include("avatar", name='"><script>')
    assert "<script>" not in drawn
    assert "<script>" not in include("chip", label="<script>", href="/")

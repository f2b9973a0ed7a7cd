"""Shapes of what is done with scorecards: writing, publishing, comparing, trying."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import Account, Segment
from health.services.scorecards import NOTE_LENGTH

BANDS = Account.Band.choices


class ScorecardWrite(serializers.Serializer):
    """A new scorecard; ``copy_from`` names the one whose definition it begins with."""

    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=56, required=False)
    description = serializers.CharField(
        max_length=500, required=False, allow_blank=True
    )
    copy_from = serializers.SlugField(max_length=60, required=False)


class ScorecardChange(serializers.Serializer):
    """What a scorecard is called, and for whom it is used."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=500, allow_blank=True)
    is_active = serializers.BooleanField()
    segments = serializers.SlugRelatedField(
        "slug", many=True, queryset=Segment.objects.all()
    )


class OrderWrite(serializers.Serializer):
    """The scorecards in use, tried first to last; the default is not among them."""

    scorecards = serializers.ListField(child=serializers.SlugField(), max_length=500)


class DraftWrite(serializers.Serializer):
    """A whole definition; its weights may be off while it is a draft."""

    definition = serializers.DictField()


class PublishWrite(serializers.Serializer):
    """Why a draft is published."""

    note = serializers.CharField(max_length=NOTE_LENGTH)


class ProblemShape(serializers.Serializer):
    """One thing between a draft and its publishing."""

    path = serializers.CharField()
    message = serializers.CharField()


class BandMoveShape(serializers.Serializer):
    """A band before and after."""

    band = serializers.ChoiceField(BANDS)
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class MatrixShape(serializers.Serializer):
    """How many accounts would go from one band to another."""

    before = serializers.ChoiceField(BANDS)
    after = serializers.ChoiceField(BANDS)
    accounts = serializers.IntegerField()


class MoverShape(serializers.Serializer):
    """An account whose band would change."""

    account = serializers.UUIDField(source="account.public_id")
    name = serializers.CharField(source="account.name")
    band_before = serializers.ChoiceField(BANDS)
    band_after = serializers.ChoiceField(BANDS)
    score_before = serializers.FloatField(allow_null=True)
    score_after = serializers.FloatField(allow_null=True)


class PreviewShape(serializers.Serializer):
    """What a draft would change today; nothing is stored."""

    day = serializers.DateField()
    scored = serializers.IntegerField()
    moved = serializers.IntegerField()
    bands = BandMoveShape(many=True)
    matrix = MatrixShape(many=True)
    accounts = MoverShape(many=True)


class LineShape(serializers.Serializer):
    """One fact of both versions, in words; empty where a version has none."""

    what = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


STATES = [(state, state) for state in ("new", "gone", "changed", "same")]


class IndicatorChangeShape(serializers.Serializer):
    """One indicator of both versions."""

    source = serializers.CharField()
    label = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    lines = LineShape(many=True)


class DimensionChangeShape(serializers.Serializer):
    """One dimension of both versions."""

    key = serializers.CharField()
    label = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    lines = LineShape(many=True)
    advice = LineShape(many=True)
    indicators = IndicatorChangeShape(many=True)


class VersionDiffShape(serializers.Serializer):
    """Two versions side by side."""

    first = serializers.IntegerField()
    second = serializers.IntegerField()
    dimensions = DimensionChangeShape(many=True)
    bands = LineShape(many=True)
    rules = LineShape(many=True)

"""Shapes of the calculator."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import Account

BANDS = Account.Band.choices


class CalculateRequest(serializers.Serializer):
    """Raw values by source key; an absent key is missing data."""

    scorecard = serializers.CharField(max_length=60)
    values = serializers.DictField(child=serializers.FloatField())


class ResultIndicator(serializers.Serializer):
    """One indicator of a calculated score."""

    key = serializers.CharField()
    dimension = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    weight = serializers.FloatField()
    effective_weight = serializers.FloatField()
    red_flag = serializers.BooleanField()


class Advice(serializers.Serializer):
    """What to do about a weak dimension."""

    dimension = serializers.CharField()
    priority = serializers.CharField()
    action = serializers.CharField()
    expected_effect = serializers.CharField(allow_blank=True)
    playbook = serializers.CharField(allow_blank=True, allow_null=True)


class CalculateAnswer(serializers.Serializer):
    """A calculated score with its reasons; nothing is stored."""

    score = serializers.FloatField(allow_null=True)
    band = serializers.CharField()
    label = serializers.CharField()
    coverage = serializers.FloatField()
    dimensions = serializers.DictField(child=serializers.FloatField(allow_null=True))
    indicators = ResultIndicator(many=True)
    recommendations = Advice(many=True)

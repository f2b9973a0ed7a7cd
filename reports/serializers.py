"""Shapes of this room's API."""

from rest_framework import serializers

from accounts.models import Account


class AsOfSerializer(serializers.Serializer):
    """The day a question is asked for."""

    as_of = serializers.DateField(required=False)


class BandTotalsSerializer(serializers.Serializer):
    """Accounts of one band and what they pay in a year."""

    accounts = serializers.IntegerField()
    arr = serializers.FloatField(allow_null=True)


ByBandSerializer = type(
    "ByBandSerializer",
    (serializers.Serializer,),
    {band: BandTotalsSerializer() for band in Account.Band.values}
    | {"__doc__": "Totals of each health band."},
)


class CurrencyTotalsSerializer(serializers.Serializer):
    """Amounts in a currency other than the summary's own."""

    mrr = serializers.FloatField()
    arr = serializers.FloatField()


class PortfolioSummarySerializer(serializers.Serializer):
    """The portfolio as of a day; amounts are null without the right to see revenue."""

    as_of = serializers.DateField()
    currency = serializers.CharField()
    accounts = serializers.IntegerField()
    active_accounts = serializers.IntegerField()
    active_subscriptions = serializers.IntegerField()
    active_trials = serializers.IntegerField()
    mrr = serializers.FloatField(allow_null=True)
    arr = serializers.FloatField(allow_null=True)
    seats = serializers.IntegerField()
    by_band = ByBandSerializer()
    other_currencies = serializers.DictField(
        child=CurrencyTotalsSerializer(), required=False
    )

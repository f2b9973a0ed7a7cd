"""Words for the rows of addresses: who may use one."""

from organisation.permissions import Permission

P = Permission
ANYONE = "anyone"
SIGNED_IN = "signed in"

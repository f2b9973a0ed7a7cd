"""Sources: named ways to read one number per account as of a day.

`facts/` holds the set-based SQL, one scan per table; the modules beside it hold one
small function per source over the columns those queries bring; `registry` is the
list of all of them.
"""

"""The page about sources is what the registry says."""

from scripts.source_table import DOCUMENT, with_fresh_table


def test_the_table_of_sources_is_fresh():
    text = DOCUMENT.read_text()

    assert with_fresh_table(text) == text, "Run python -m scripts.source_table."

"""Opening files of any accepted form as one thing: named columns and rows of text."""

from integrations.reading.opening import open_table
from integrations.reading.table import Chunk, FileRefused, Table

__all__ = ["Chunk", "FileRefused", "Table", "open_table"]

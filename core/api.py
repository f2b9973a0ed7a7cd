"""What every API resource shares: cursor paging."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Keyset pages: ``?cursor=…&limit=…`` (at most 200), stable while data changes."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("id",)

"""Structured logs: one event name per line, ids but never personal data."""

from __future__ import annotations

import logging.config
import re
from typing import Any

import structlog

_LINK_SECRET = re.compile(r"(/auth/(?:invitation|password/reset/key)/)[^/\s'\"]+")


def configure(config: dict[str, Any]) -> None:
    """Set up logging; ``config`` is ``{"json": bool, "level": str}``."""
    shared = _shared_steps()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processor": structlog.processors.JSONRenderer()
                    if config["json"]
                    else structlog.dev.ConsoleRenderer(colors=False),
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "structured",
                }
            },
            "root": {"handlers": ["stderr"], "level": config["level"]},
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _shared_steps() -> list[Any]:
    """What every line goes through, our own and those of libraries."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        without_link_secrets,
        structlog.processors.format_exc_info,
    ]


def without_link_secrets(
    logger: Any, method: str, line: dict[str, Any]
) -> dict[str, Any]:
    """Links that sign somebody in are secrets; the log keeps only where they lead."""
    for name, value in line.items():
        if isinstance(value, str) and "/auth/" in value:
            line[name] = _LINK_SECRET.sub(r"\1…", value)
    return line

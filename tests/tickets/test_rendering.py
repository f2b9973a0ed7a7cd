"""What people write comes out inert, whatever they write."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.file_types import FileRefused, found_type, safe_name
from tickets.merge_fields import FIELDS, UnknownField, filled
from tickets.rendering import html_of, safe_html, text_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVa\tScRiPt:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<form action="https://evil.test"><input name=p></form>',
    "<style>*{background:url(https://evil.test)}</style>",
    '<p style="position:fixed" class="modal" id="x">hi</p>',
    '<base href="https://evil.test/">',
    "[x](javascript:alert(1))",
    "![x](https://evil.test/pixel.png)",
    '<https://evil.test/"onmouseover=alert(1)>',
    '"><script>alert(1)</script>',
)
ALLOWED = set(
    "p br strong em s del a ul ol li blockquote pre code hr b i u h3 h4 h5 h6 "
    "table thead tbody tr th td div span".split()
)


class _Found(HTMLParser):
    """Every tag and attribute a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def is_inert(html: str) -> bool:
    """Only harmless tags, and no attribute but the address of a plain link."""
    for tag, attributes in _Found(html).tags:
        if tag not in ALLOWED:
            return False
        if tag != "a" and set(attributes) - {"start"}:
            return False
        address = attributes.get("href") or "https:"
        if not address.startswith(("http:", "https:", "mailto:", "tel:")):
            relative = "//" in address or ":" not in address
            if not relative:
                return False
        if set(attributes) - {"href", "title", "rel", "start"}:
            return False
    return True


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("render", [html_of, safe_html])
def test_attacks_come_out_inert(render, attack):
    html = render(attack)

    assert is_inert(html)
    assert safe_html(html) == html


@given(st.text(max_size=200))
def test_any_text_is_safe_and_stays_the_same_when_cleaned_again(text):
    html = html_of(text)

    assert is_inert(html)
    assert safe_html(html) == html


def test_markdown_reads_as_people_expect():
    html = html_of("Dear **you**\nsee https://a.test/x?y=1.\n\n- one\n- `https://b.c`")

    assert "<strong>you</strong><br>" in html
    assert '<a href="https://a.test/x?y=1" rel="noopener noreferrer nofollow">' in html
    assert "<code>https://b.c</code>" in html
    assert html_of("# No heading") == "<p># No heading</p>\n"
    assert html_of("[a https://b.test c](https://d.test)").count("<a ") == 1


def test_plain_words_keep_their_lines():
    html = "<p>One &amp; two</p><p>three<br>four</p><ul><li>five</li></ul>"

    assert text_of(html) == "One & two\nthree\nfour\nfive"


# --- merge fields ---------------------------------------------------------------------


def test_named_fields_are_filled_once():
    values = {"contact.first_name": "{{agent.name}}", "agent.name": "Ada"}

    text = filled("Hi {{ contact.first_name }}, {{agent.name}} {{account.name|you}}",
                  values)  # fmt: skip

    assert text == "Hi {{agent.name}}, Ada you"


@pytest.mark.parametrize("name", [
    "contact.email.password", "ticket.__class__", "settings.SECRET_KEY", "", "%s",
    "contact", "Contact.name", "agent.password", "contact.name.__init__.__globals__",
])  # fmt: skip
def test_a_field_nobody_named_is_an_error(name):
    with pytest.raises(UnknownField) as refused:
        filled(f"{{{{{name}}}}}", dict.fromkeys(FIELDS, "x"))

    assert refused.value.name == name


@pytest.mark.parametrize("text", ["{% load x %}", "{0.__class__}", "%(a)s", "${x}"])
def test_other_template_languages_are_just_text(text):
    assert filled(text, {}) == text


# --- files ----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "safe"), [
    ("../../etc/passwd", "passwd"), ("C:\\temp\\a.txt", "a.txt"), ("", "file"),
    ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"), (".htaccess", "htaccess"),
    ("evil\u202egnp.exe", "evilgnp.exe"), ("..", "file"), ("a\0b.png", "ab.png"),
    ('q"uote.txt', "q_uote.txt"), ("Übersicht.pdf", "Übersicht.pdf"),
])  # fmt: skip
def test_names_of_files_do_no_harm(name, safe):
    assert safe_name(name) == safe


def test_long_names_keep_their_ending():
    assert safe_name("x" * 400 + ".pdf").endswith(".pdf")
    assert len(safe_name("x" * 400 + ".pdf")) == 180


@pytest.mark.parametrize(("head", "name", "kind"), [
    (b"\x89PNG\r\n\x1a\n...", "a.txt", "image/png"),
    (b"%PDF-1.7", "a", "application/pdf"), (b"hello", "a.csv", "text/csv"),
    (b"hello", "a.png", "text/plain"), (b"<svg onload=x>", "a.png", None),
    (b"<!DOCTYPE html>", "a.txt", None), (b"  <?xml version='1.0'?>", "a", None),
    (b"plain", "a.html", None), (b"\xff\xfe\0x", "a.txt", None),
    (b"PK\x03\x04", "a.docx", DOCX),
    (b"RIFF1234WEBPVP8 ", "a", "image/webp"),
    ("Grüße".encode()[:-1] + "ü".encode()[:1], "a.txt", "text/plain"),
])  # fmt: skip
def test_a_file_is_what_its_bytes_say(head, name, kind):
    assert found_type(head, name) == (kind or "application/octet-stream")


@pytest.mark.parametrize(("head", "name"), [
    (b"MZ\x90\0", "a.txt"), (b"\x7fELF", "a"), (b"text", "a.BAT"), (b"text", "x.hta"),
])  # fmt: skip
def test_programs_are_not_taken(head, name):
    with pytest.raises(FileRefused):
        found_type(head, name)

"""Archives as servers have them, and what was brought in of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from flows.commands import amur
from servers import HttpServer, Reply, Seen
from warehouse.store import Store

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def ask(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with Store(file.parent / "data").transaction() as con:
        return con.execute(sql).fetchall()


def typed(file: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(file), *words], catch_exceptions=False)


def urlset(town: HttpServer, *slugs: str, lastmod: str = "2025-11-05") -> Reply:
    listed = "".join(f"<url><loc>{town.url(f'/{slug}')}</loc><lastmod>{lastmod}</lastmod></url>" for slug in slugs)
    return Reply(body=f"<urlset {NS}>{listed}</urlset>".encode())


def index(town: HttpServer, *names: str) -> Reply:
    listed = "".join(f"<sitemap><loc>{town.url(f'/{name}')}</loc></sitemap>" for name in names)
    return Reply(body=f"<sitemapindex {NS}>{listed}</sitemapindex>".encode())


def atom(town: HttpServer, *slugs: str, older: str = "", at: str = "2025-11-05T10:00:00Z") -> Reply:
    link = f'<link rel="prev-archive" href="{older}"/>' if older else ""
    entries = "".join(
        f"<entry><id>{slug}</id><title>{slug}</title><updated>{at}</updated>"
        f'<link href="{town.url(f"/{slug}")}"/></entry>'
        for slug in slugs
    )
    return Reply(body=f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{link}{entries}</feed>'.encode())


def wordpress(town: HttpServer, pages: int) -> Any:
    """A feed of one article a page, numbered."""

    def answer(seen: Seen) -> Reply:
        number = int(seen.path.rpartition("paged=")[2]) if "paged=" in seen.path else 1
        return atom(town, f"w{number}", at=f"2025-{12 - number:02}-01T00:00:00Z") if number <= pages else Reply(404)

    return answer

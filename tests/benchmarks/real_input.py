"""Real feeds and real pages through `amur run`: where every feed ends, and how well the pages are read.

    python tests/benchmarks/real_input.py FOLDER [--keep DATA]

FOLDER holds `feeds/` (feed files, in folders) and `pages/` (see extraction.py). All of them are served on loopback
and one pass is run on them by the command itself. Prints one line per feed with its outcome, the outcomes counted,
and the reading of the pages beside plain trafilatura's on the same bytes in the same run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # its servers and settings are the tests'

from extraction import Got, Page, compare, differences, pages, plain, table

from desk import write_settings
from servers import HttpServer, Reply
from warehouse.query import ask

JSON = "application/feed+json"
OF_PAGES = "/pages.xml"


def main() -> None:
    """Serve, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, help="a folder for the settings and the warehouse")
    arguments = parser.parse_args()
    with _place(arguments.keep) as place, HttpServer() as server:
        feeds = _serve_feeds(server, arguments.folder / "feeds")
        real = list(pages(arguments.folder / "pages"))
        _serve_pages(server, real)
        file = write_settings(place, _amur_toml(server), _feeds_toml(server, feeds))
        began = time.monotonic()
        command = [sys.executable, "-m", "flows.commands", "--config", str(file), "run"]
        code = subprocess.run(command, check=False).returncode  # noqa: S603  our own command
        _print(f"\namur run: exit code {code} after {time.monotonic() - began:.1f} s\n")
        published = place / "data" / "amur.duckdb"
        _print_feeds(published)
        _print_pages(arguments.folder / "pages", _stored(published, server, real))


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep:
        yield keep
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _serve_feeds(server: HttpServer, folder: Path) -> list[str]:
    paths = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        path = "/feeds/" + file.relative_to(folder).as_posix()
        kind = JSON if file.suffix == ".json" else "application/xml"
        server.routes[path] = Reply(body=file.read_bytes(), headers={"Content-Type": kind})
        paths.append(path)
    return paths


def _serve_pages(server: HttpServer, real: list[Page]) -> None:
    """The pages, and one feed that says nothing of them but where they are."""
    for page in real:
        server.routes[f"/pages/{page.name}"] = Reply(body=page.body, headers={"Content-Type": "text/html"})
    items = "".join(f"<item><link>{server.url(f'/pages/{page.name}')}</link></item>" for page in real)
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Pages</title>{items}</channel></rss>'
    server.routes[OF_PAGES] = Reply(body=body.encode(), headers={"Content-Type": "application/rss+xml"})


def _amur_toml(server: HttpServer) -> str:
    return f'[fetch]\nallow = ["{server.netloc}"]\nhost_distance = 0.0\n'


def _feeds_toml(server: HttpServer, paths: list[str]) -> str:
    return "".join(
        f'[[feed]]\nname = "{path[-80:]}"\nurl = "{server.url(path)}"\npublisher = "real"\nbloc = "independent"\n\n'
        for path in [*paths, OF_PAGES]
    )


def _print_feeds(published: Path) -> None:
    asked = """
        SELECT f.name, s.outcome, s.reason, s.detail, count(e.guid) AS entries
        FROM feeds AS f LEFT JOIN feed_states AS s USING (feed_id) LEFT JOIN entries AS e USING (feed_id)
        GROUP BY ALL ORDER BY f.name
    """
    rows = ask(published, asked).rows
    for name, outcome, reason, detail, entries in rows:
        _print(f"{name!s:48} {outcome or 'NOT ASKED':10} {reason or '':16} {entries:4} entries  {detail or ''}")
    _print("\n" + "\n".join(f"{n:4} {how}" for how, n in Counter(f"{row[1]} {row[2]}" for row in rows).most_common()))


def _stored(published: Path, server: HttpServer, real: list[Page]) -> dict[str, Got]:
    """What Amur kept of each page, by the page's name."""
    by_url = {server.url(f"/pages/{page.name}"): page.name for page in real}
    rows = ask(published, "SELECT url, title, text, published_at, text_source FROM articles").rows
    return {
        by_url[url]: Got(title, text if source == "page" else "", at)
        for url, title, text, at, source in rows
        if url in by_url
    }


def _print_pages(folder: Path, stored: dict[str, Got]) -> None:
    missing = Got("", "", None)
    results = compare(folder, {"Amur": lambda page: stored.get(page.name, missing), "trafilatura": plain})
    _print("\n" + "\n".join(f"  {line}" for line in differences(results["Amur"])))
    _print("\n" + "\n".join(table(results)))


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201  a program's output


if __name__ == "__main__":
    main()

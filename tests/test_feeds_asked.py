"""The commands that ask the web: `amur feeds add`, `discover` and `verify`, against real servers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows import asking
from flows.commands import Exit, amur
from flows.feedfile import read_rows
from servers import HttpServer, Reply, free_port
from town import feed, page, settings_for, workers

STORIES = {
    "a1": ("Slow trains to the border", "Fri, 06 Mar 2026 08:00:00 GMT"),
    "a2": ("The customs house reopens in autumn", "Thu, 05 Mar 2026 08:00:00 GMT"),
    "a3": ("Nobody counts the empty wagons", "Wed, 04 Mar 2026 08:00:00 GMT"),
    "a4": ("A bridge that waits for its road", "Tue, 03 Mar 2026 08:00:00 GMT"),
}
OTHER = """
[[feed]]
name = "Far Paper"   # our oldest
url = "https://far-paper.example/feed"
publisher = "far-paper"
bloc = "central-asia"
"""


def rss(server: HttpServer, title: str = "The Border Gazette") -> Reply:
    """A weekly in English, four pieces."""
    items = "".join(
        f"<item><title>{name}</title><link>{server.url(f'/{slug}')}</link><guid>{slug}</guid><pubDate>{day}</pubDate>"
        "<description>The railway carries less than it did, and everybody knows why.</description></item>"
        for slug, (name, day) in STORIES.items()
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
    return Reply(body=body.encode(), headers={"Content-Type": "application/rss+xml"})


def atom(server: HttpServer) -> Reply:
    """The same as Atom."""
    entries = "".join(
        f'<entry><title>{name}</title><id>tag:{slug}</id><link href="{server.url(f"/{slug}")}"/>'
        f"<updated>2026-03-0{6 - n}T08:00:00Z</updated></entry>"
        for n, (slug, (name, _)) in enumerate(STORIES.items())
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>The Border Gazette</title>{entries}</feed>'
    return Reply(body=body.encode(), headers={"Content-Type": "application/atom+xml"})


def html(*head: str, body: str = "<p>Welcome.</p>") -> Reply:
    page = f"<!DOCTYPE html><html><head><title>Front page</title>{''.join(head)}</head><body>{body}</body></html>"
    return Reply(body=page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def link(href: str, kind: str = "rss", title: str = "") -> str:
    return f'<link rel="alternate" type="application/{kind}+xml" title="{title}" href="{href}">'


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    # Real processes, but the same for all tests: starting them takes longer than all the rest.
    monkeypatch.setattr(asking, "Workers", lambda _: nullcontext(workers()))
    with HttpServer() as server:
        yield server


class Desk:
    """Settings that may ask a server, and the command as a user types it."""

    def __init__(self, folder: Path, server: HttpServer, feeds_toml: str = OTHER) -> None:
        self.config = settings_for(folder, server, feeds_toml=feeds_toml)
        self.file = folder / "feeds.toml"

    def ask(self, *words: str) -> Result:
        return CliRunner().invoke(amur, ["--config", str(self.config), "feeds", *words])


def test_add_a_feed(site: HttpServer, tmp_path: Path) -> None:
    """A feed is looked at, named after itself, told apart by language, and written below what is there."""
    site.routes["/feed.xml"] = rss(site)
    desk = Desk(tmp_path, site)
    said = desk.ask("add", site.url("/feed.xml"))
    assert said.exit_code == Exit.FINE, said.output
    assert desk.file.read_text() == OTHER + (
        f'\n[[feed]]\nname = "The Border Gazette"\nurl = "{site.url("/feed.xml")}"\npublisher = "127-0-0-1"\n'
        'bloc = "unknown"\nlanguage = "en"\n'
    )
    lines = said.stdout.splitlines()
    assert lines[-4:] == [
        "It holds 4 entries, the newest of 2026-03-06:",
        "  2026-03-06  Slow trains to the border",
        "  2026-03-05  The customs house reopens in autumn",
        "  2026-03-04  Nobody counts the empty wagons",
    ]
    assert 'change `bloc = "unknown"` in feeds.toml' in said.stderr
    site.routes |= {"/": html(link("/other.xml")), "/other.xml": rss(site, "Other")}
    (done,) = json.loads(desk.ask("add", site.url("/"), "--json").stdout)
    assert (done["name"], done["url"], done["done"]) == ("Other", site.url("/other.xml"), "added")
    again = desk.ask("add", site.url("/feed.xml/"))
    assert (again.exit_code, again.stderr.splitlines()) == (
        Exit.WRONG,
        ['Error: That feed is in the list already, as "The Border Gazette".'],
    )


def test_add_a_feed_that_has_moved(site: HttpServer, tmp_path: Path) -> None:
    """Where an address leads for good is what is added; where it leads for now is not."""
    site.routes |= {
        "/old": Reply(301, headers={"Location": "/new"}),
        "/now": Reply(302, headers={"Location": "/new"}),
        "/new": rss(site),
    }
    desk = Desk(tmp_path, site)
    assert json.loads(desk.ask("discover", site.url("/now"), "--json").stdout)[0]["url"] == site.url("/now")
    assert f"moved for good, to {site.url('/new')}" in desk.ask("add", site.url("/old")).stdout
    assert read_rows(desk.file)[1]["url"] == site.url("/new")


def test_add_the_feed_of_a_page(site: HttpServer, tmp_path: Path) -> None:
    """Of a page its feed is added, once in whatever forms the page has it, and not the readers' comments."""
    feeds = link("/rss.xml"), link("/atom.xml", "atom"), link("/comments/feed/", title="Comments")
    site.routes |= {"/": html(*feeds), "/rss.xml": rss(site), "/atom.xml": atom(site), "/comments/feed/": rss(site)}
    desk = Desk(tmp_path, site)
    said = desk.ask("add", site.url("/"), "--bloc", "central-asia", "--name", "Gazette", "--publisher", "gazette")
    assert said.exit_code == Exit.FINE, said.output
    assert said.stdout.startswith(
        f'This is a web page; its feed is {site.url("/rss.xml")} (linked by the page).\nAdded "Gazette" to '
    )
    assert read_rows(desk.file)[1] == {
        "name": "Gazette",
        "url": site.url("/rss.xml"),
        "publisher": "gazette",
        "bloc": "central-asia",
        "language": "en",
    }


def test_a_page_with_a_choice(site: HttpServer, tmp_path: Path) -> None:
    """Where a page has several feeds they are listed, and nothing is added."""
    site.routes |= {
        "/": html(link("/world.xml"), link("/home.xml")),
        "/world.xml": rss(site, "World"),
        "/home.xml": feed(site, "patience"),
    }
    desk = Desk(tmp_path, site)
    said = desk.ask("add", site.url("/"))
    assert said.exit_code == Exit.WRONG
    assert [line.split()[0] for line in said.stdout.splitlines()[1:]] == [site.url("/world.xml"), site.url("/home.xml")]
    assert "This page has 2 feeds: add the one you want by its address." in said.stderr
    assert desk.file.read_text() == OTHER


def test_addresses_that_will_not_do(site: HttpServer, tmp_path: Path) -> None:
    """Each mistake is a sentence with the next step, without a traceback, and the list stays as it was."""
    site.routes |= {"/nothing": html(), "/gone": Reply(410)}
    desk = Desk(tmp_path, site)
    closed = f"http://localhost:{free_port()}/feed"
    for url, code, says in (
        (site.url("/nothing"), Exit.NO_FEED, "There is no feed at this address, nor at 6 other addresses of its site."),
        (site.url("/gone"), Exit.NO_FEED, "gone for good"),
        (closed, Exit.NO_FEED, "add it to allow under [fetch] in amur.toml"),
    ):
        said = desk.ask("add", url)
        assert (said.exit_code, says in said.stderr) == (code, True), said.stderr
        assert "Traceback" not in said.output
    assert desk.file.read_text() == OTHER


def test_private_addresses_are_named_as_they_would_be_allowed(site: HttpServer, tmp_path: Path) -> None:
    """Host and port are said; to allow them is advised where the user gave them, and not where a server leads there."""
    with HttpServer() as private:
        site.routes["/led"] = Reply(302, headers={"Location": private.url("/feed")})
        desk = Desk(tmp_path, site, OTHER.replace("https://far-paper.example/feed", site.url("/led")))
        refused = f"{private.netloc} is not a public address"
        for words in (("add",), ("discover",)):
            given, led = desk.ask(*words, private.url("/feed")), desk.ask(*words, site.url("/led?x=1"))
            assert (refused in given.stderr, "add it to allow under [fetch]" in given.stderr) == (True, True)
            assert (refused in led.stderr, "allow" in led.stderr) == (True, False)
            assert "its server leads us into a private network" in led.stderr
        (verified,) = json.loads(desk.ask("verify", "--json").stdout)
        assert (verified["detail"], "allow" in verified["advice"]) == (refused, False)
        assert private.connections == 0
        offline = desk.ask("add", "--no-check", private.url("/feed"))
        assert f"add '{private.netloc}' to allow under [fetch]" in offline.stderr


def test_no_advice_is_what_was_just_done(site: HttpServer, tmp_path: Path) -> None:
    """Who looks for a feed is not told to look for it, nor to pause what is not in the list."""
    site.routes |= {"/gone": Reply(410), "/forbidden": Reply(403)}
    desk = Desk(tmp_path, site, OTHER.replace("https://far-paper.example/feed", site.url("/gone")))
    for words in (("add",), ("discover",)):
        for path in ("/gone?x=1", "/forbidden"):
            said = desk.ask(*words, site.url(path)).stderr
            assert ("What to do: " in said, "amur feeds discover" in said, "pause" in said) == (True, False, False)
    (verified,) = json.loads(desk.ask("verify", "--json").stdout)
    assert "amur feeds discover" in verified["advice"]
    assert "pause" in verified["advice"]


def test_a_key_is_filled_in_and_never_shown(site: HttpServer, tmp_path: Path) -> None:
    """The feed is asked with the key, and the file and the screen have its name."""
    site.routes["/feed"] = lambda seen: rss(site) if "k=s3cr3t9" in seen.path else Reply(401)
    desk = Desk(tmp_path, site)
    (tmp_path / ".env").write_text("GAZETTE=s3cr3t9\n")
    said = desk.ask("add", site.url("/feed?k=${GAZETTE}"))
    assert said.exit_code == Exit.FINE, said.output
    assert "s3cr3t9" not in said.output + desk.file.read_text()
    assert site.seen("/feed")[0].path == "/feed?k=s3cr3t9"
    assert read_rows(desk.file)[1]["url"].endswith("/feed?k=${GAZETTE}")
    refused = desk.ask("verify", "--json")
    assert "s3cr3t9" not in refused.output


def test_discover(site: HttpServer, tmp_path: Path) -> None:
    """What a page links is fetched and parsed before it is shown; what is no feed is not; the list stays."""
    site.routes |= {
        "/": html(link("rss.xml"), link("/broken.xml"), link("/atom.xml", "atom")),
        "/rss.xml": rss(site),
        "/atom.xml": atom(site),
        "/broken.xml": html(),
    }
    desk = Desk(tmp_path, site, OTHER.replace("https://far-paper.example/feed", site.url("/atom.xml")))
    found = json.loads(desk.ask("discover", site.url("/"), "--json").stdout)
    assert [(one["url"], one["form"], one["entries"], one["listed_as"]) for one in found] == [
        (site.url("/rss.xml"), "RSS", 4, None),
        (site.url("/atom.xml"), "Atom", 4, "Far Paper"),
    ]
    assert not site.seen("/feed")  # what is linked is enough
    assert desk.file.read_text().count("[[feed]]") == 1


def test_discover_in_the_usual_places(site: HttpServer, tmp_path: Path) -> None:
    """A page that links none is helped by what made it, or by where feeds usually are."""
    site.routes |= {
        "/blog/": html('<meta name="generator" content="WordPress 6.9">'),
        "/blog/feed/": rss(site),
        "/plain": html(),
        "/index.xml": atom(site),
    }
    desk = Desk(tmp_path, site)
    assert "where WordPress keeps it" in desk.ask("discover", site.url("/blog/")).stdout
    said = desk.ask("discover", site.url("/plain"))
    assert site.url("/index.xml") in said.stdout
    assert "Asking 6 addresses at 127.0.0.1 …" in said.stderr


def test_verify(site: HttpServer, tmp_path: Path) -> None:
    """Every feed is asked once, nothing is stored, and each failure comes with what to do."""
    site.routes |= {"/a.xml": rss(site), "/b.xml": Reply(404), "/c.xml": page("valves"), "/d.xml": rss(site)}
    names = {"Alpha": "/a.xml", "Beta": "/b.xml", "Gamma": "/c.xml", "Delta": "/d.xml"}
    feeds_toml = "".join(
        f'[[feed]]\nname = "{name}"\nurl = "{site.url(path)}"\npublisher = "p"\nbloc = "x"\nlanguage = "ru"\n'
        for name, path in names.items()
    )
    desk = Desk(tmp_path, site, feeds_toml + "enabled = false\n")
    said = desk.ask("verify", "--json")
    assert (said.exit_code, said.stderr.splitlines()[-1]) == (Exit.FAILED, "1 feed of 3 answered with a feed.")
    alpha, beta, gamma = json.loads(said.stdout)
    assert (alpha["ok"], alpha["entries"], alpha["newest"], alpha["language"]) == (
        True,
        4,
        "2026-03-06T08:00:00Z",
        "en",
    )
    assert "feeds.toml says language ru" in alpha["notes"]
    assert (beta["reason"], "amur feeds discover" in beta["advice"]) == ("not_found", True)
    assert gamma["reason"] == "html_not_feed"
    assert not (tmp_path / "data").exists()
    assert len(site.requests) == 3
    assert desk.ask("verify", "delta").exit_code == Exit.FINE
    assert desk.ask("verify", "Beta").exit_code == Exit.NO_FEED
    assert "did you mean 'Gamma'?" in desk.ask("verify", "Gama").stderr


def test_as_it_is_typed(site: HttpServer, tmp_path: Path) -> None:
    """The command as its user runs it: found by way of the page, added, and asked, with processes of its own."""
    site.routes |= {"/": html(link("/rss.xml")), "/rss.xml": rss(site)}
    desk = Desk(tmp_path, site)
    words = [sys.executable, "-m", "flows.commands", "--config", str(desk.config), "feeds", "add", site.url("/")]
    said = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  our own interpreter
    assert (said.returncode, said.stderr.count("Traceback")) == (Exit.FINE, 0), said.stderr
    assert "It holds 4 entries" in said.stdout
    assert [row["name"] for row in read_rows(desk.file)] == ["Far Paper", "The Border Gazette"]

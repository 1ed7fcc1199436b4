"""`amur verdict` and `amur themes calibrate`: what people say of articles, and what follows from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders import DAY, NOW, key, make_article, make_judgement, make_score
from desk import THEME, Desk, furnish
from flows.calibrating import calibrate
from flows.commands import Exit
from warehouse import articles, judgements, theme_verdicts
from warehouse.records import Judgement
from warehouse.store import Store


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return furnish(tmp_path)


def store_of(desk: Desk) -> Store:
    return Store(desk.settings.data)


def scored(desk: Desk, scores: list[float]) -> list[str]:
    """Articles with such scores for the theme; their ids."""
    made = [make_article(f"scored-{n}", desk.settings.feeds[0]) for n in range(len(scores))]
    judged = [
        make_judgement(
            article, desk.settings.taxonomy, scores=(make_score(article, THEME, score=score, present=score >= 0.5),)
        )
        for article, score in zip(made, scores, strict=True)
    ]
    with store_of(desk).transaction() as con:
        articles.save_articles(con, made)
        judgements.save_judgements(con, judged)
    return [str(article.id) for article in made]


def test_a_verdict_is_given_listed_and_taken_back(desk: Desk) -> None:
    """The last verdict on an article and a theme holds, with its sentence and note, until it is taken back."""
    article = desk.told[0]
    sentence = article.text.split(". ")[0] + "."
    said = desk.ask("verdict", str(article.id)[:8], THEME, "no")
    assert said.exit_code == 0, said.output
    assert f"does not speak of {THEME}. 1 verdict on {THEME}; from 5 on its threshold follows them." in said.stdout
    given = desk.ask("verdict", article.url, THEME, "YES", "--sentence", sentence, "--note", "Plainly.")
    assert "Noted: “Gas contract signed” (" in given.stdout
    (row,) = json.loads(desk.ask("verdict", "list", "--json").stdout)
    expected = {"verdict": "yes", "sentence": sentence, "note": "Plainly.", "score": 0.8, "present": True}
    assert {name: row[name] for name in expected} == expected
    assert "0.80 present" in desk.ask("verdict", "list", "--theme", THEME).stdout
    assert "Taken back" in desk.ask("verdict", "give", str(article.id), THEME, "undo").stdout
    assert json.loads(desk.ask("verdict", "list", "--json").stdout) == []
    assert "Nobody has given a verdict yet" in desk.ask("verdict", "list").stderr


def test_a_verdict_on_what_the_gate_keeps_out(desk: Desk) -> None:
    """It is noted, and it is said that no threshold follows from it."""
    said = desk.ask("verdict", str(desk.rejected.id), THEME, "yes")
    assert said.exit_code == 0, said.output
    assert "The gate keeps it out (names only China): that moves no threshold." in said.stdout
    assert "1 verdict on" not in said.stdout
    assert "gate" not in desk.ask("verdict", str(desk.rejected.id), THEME, "undo").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("gas-contract-of-nobody", THEME, "yes"), "No article has the address, id or title"),
        (("Gas contract signed", "energy-levrage", "yes"), f"did you mean '{THEME}'?"),
        (("Gas contract signed", THEME, "maybe"), "'maybe' is not one of"),
        (("Gas contract signed", THEME), "Missing argument"),
        (("Gas contract signed", THEME, "undo"), "There is no verdict on"),
        (("Gas contract signed", THEME, "yes", "--sentence", "Nobody wrote this."), "give it word for word"),
    ],
)
def test_misuse(desk: Desk, words: tuple[str, ...], says: str) -> None:
    """Whatever is wrong with a verdict, nothing is stored, and it is said what would be right."""
    said = desk.ask("verdict", *words)
    assert (said.exit_code, said.stdout) == (Exit.WRONG, "")
    assert says in said.stderr
    with store_of(desk).transaction() as con:
        assert con.execute("SELECT count(*) FROM theme_verdicts").fetchall() == [(0,)]


def test_verdicts_move_a_threshold(desk: Desk) -> None:
    """Five verdicts move the threshold of their theme alone; what becomes present is no news; undo moves it back."""
    wrong = scored(desk, [0.42, 0.44, 0.45, 0.2, 0.1])
    for article, says in zip(wrong, ("yes", "yes", "yes", "no", "no"), strict=True):
        assert desk.ask("verdict", article, THEME, says).exit_code == 0
    told = json.loads(desk.ask("themes", "calibrate", "--json").stdout)
    (moved,) = [one for one in told["thresholds"] if one["threshold"] != 0.5]
    assert (moved["theme_id"], moved["threshold"], moved["verdicts"], told["changed"]) == (THEME, 0.42, 5, 3)
    with store_of(desk).transaction() as con:
        used = judgements.themes_used_since(con, desk.settings.taxonomy.id)
        assert max(used.values()) == used[THEME] > min(used.values())
        rows = con.execute("SELECT present, brought_up FROM scores WHERE score BETWEEN 0.4 AND 0.46").fetchall()
        assert rows == [(True, True)] * 3
    said = desk.ask("themes", "calibrate")
    assert said.stdout.split() == ["theme", "verdicts", "before", "now", THEME, "5", "0.42", "0.42"]
    assert said.stderr == "No threshold moved: each stands where the verdicts on its theme put it.\n"
    desk.ask("verdict", wrong[0], THEME, "undo")
    again = desk.ask("themes", "calibrate")
    assert "3 scores became present or absent" in again.stderr
    with store_of(desk).transaction() as con:
        assert con.execute("SELECT bool_or(present) FROM scores WHERE score < 0.5").fetchall() == [(False,)]
        ids = con.execute("SELECT count(DISTINCT calibration_id) FROM calibrations").fetchall()
    assert ids == [(2,)]


def test_nothing_is_learnt_from_some_of_the_verdicts(desk: Desk) -> None:
    """While articles with a verdict wait to be judged anew, thresholds stay as they are."""
    for article in scored(desk, [0.42, 0.44, 0.45, 0.2, 0.1]):
        desk.ask("verdict", article, THEME, "yes")
    with store_of(desk).transaction() as con:
        con.execute("DELETE FROM judgements WHERE article_id = (SELECT any_value(article_id) FROM theme_verdicts)")
        learnt = calibrate(con, desk.settings.taxonomy.id, NOW)
        assert (learnt.waiting, learnt.moved, learnt.changed) == (True, (), 0)
    assert "still to be judged" in desk.ask("themes", "calibrate").stderr


def test_verdicts_as_labels(desk: Desk) -> None:
    """Verdicts are labelled articles for whoever measures, less those whose text is gone."""
    first, second = desk.told
    desk.ask("verdict", str(first.id), THEME, "yes")
    desk.ask("verdict", str(second.id), THEME, "no")
    with store_of(desk).transaction() as con:
        rows = list(theme_verdicts.labelled(con))
        assert {(row.title, row.theme_id, row.speaks) for row in rows} == {
            (first.title, THEME, True),
            (second.title, THEME, False),
        }
        con.execute("UPDATE articles SET text = '', dropped_at = now() WHERE article_id = ?", [str(second.id)])
        assert [row.title for row in theme_verdicts.labelled(con)] == [first.title]


def test_the_gate_s_doing_is_no_threshold_s(desk: Desk) -> None:
    """A verdict on an article that the gate kept out moves no threshold."""
    desk.ask("verdict", str(desk.rejected.id), THEME, "yes")
    with store_of(desk).transaction() as con:
        assert theme_verdicts.judged(con, desk.settings.taxonomy.id) == {}


def test_a_later_judgement_heeds_the_threshold(desk: Desk) -> None:
    """What is judged after a threshold moved is present by the new one, and is news."""
    for article in scored(desk, [0.42, 0.44, 0.45, 0.2, 0.1]):
        desk.ask("verdict", article, THEME, "yes")
    desk.ask("themes", "calibrate")
    (later,) = scored_later(desk)
    with store_of(desk).transaction() as con:
        assert con.execute(
            "SELECT present, brought_up FROM scores WHERE article_id = ?", [str(later.article_id)]
        ).fetchall() == [(True, False)]


def scored_later(desk: Desk) -> list[Judgement]:
    article = make_article("later", desk.settings.feeds[0], id=key("later"), first_seen_at=NOW + DAY)
    score = make_score(article, THEME, score=0.45, present=False)
    judged = make_judgement(article, desk.settings.taxonomy, scores=(score,))
    with store_of(desk).transaction() as con:
        articles.save_articles(con, [article])
        judgements.save_judgements(con, [judged])
    return [judged]

"""What was judged wrongly: which themes are taken for which, and what spoke for them."""

from __future__ import annotations

from extractors.evaluate import Found, Labelled
from extractors.mistakes import IRRELEVANT, KEPT_OUT, NOTHING, Confused, as_json, confusion, mistakes, spoke_for
from warehouse.records import Evidence, Score

SAID = Evidence("They built a bridge.", 0, 20, False, "bridge", "strong", 1.0)
ALSO = Evidence("A span was added.", 21, 38, False, "", "", 0.4, "Bridges are built.", 0.8)


def labelled(themes: str = "", disputed: str = "", *, relevant: bool | None = True) -> Labelled:
    return Labelled("en", "", "", relevant, frozenset(themes.split()), frozenset(disputed.split()), "a1")


def found(themes: str = "", *scores: Score, relevant: bool = True) -> Found:
    return Found(relevant, frozenset(themes.split()), "" if relevant else "names no side", 0.5, scores)


def confused(*pairs: tuple[Labelled, Found]) -> list[Confused]:
    return confusion(mistakes([one for one, _ in pairs], [answer for _, answer in pairs]))


def test_right_ones_are_no_mistakes() -> None:
    """An article is wrong by its gate or by a theme that nobody disputes; none is for what nobody said."""
    articles = [
        labelled("arctic"),
        labelled("arctic", disputed="bridges cranes"),
        labelled(relevant=None),
        labelled(relevant=False),
    ]
    answers = [found("arctic"), found("arctic cranes"), found(), found("arctic", relevant=False)]
    assert mistakes(articles, answers) == []
    wrong = mistakes(
        [labelled(), labelled(relevant=False), labelled("arctic")], [found(relevant=False), found(), found()]
    )
    assert [one.gate_wrong for one in wrong] == [True, True, False]


def test_what_was_found_instead() -> None:
    """Each miss stands beside the false alarms of its article, and each false alarm beside the misses."""
    pair = (labelled("arctic bridges"), found("arctic cranes"))
    assert confused(pair, pair) == [Confused("bridges", "cranes", 2)]
    assert confused((labelled("arctic bridges"), found("cranes"))) == [
        Confused("arctic", "cranes", 1),
        Confused("bridges", "cranes", 1),
    ]


def test_nothing_instead() -> None:
    """A miss may have nothing in its place, or a closed gate; a false alarm may stand where nothing belongs."""
    assert confused((labelled("arctic"), found())) == [Confused("arctic", NOTHING, 1)]
    assert confused((labelled("arctic"), found(relevant=False))) == [Confused("arctic", KEPT_OUT, 1)]
    assert confused((labelled("arctic"), found("arctic cranes"))) == [Confused(NOTHING, "cranes", 1)]
    assert confused((labelled(relevant=False), found("cranes"))) == [Confused(IRRELEVANT, "cranes", 1)]
    assert confused((labelled(), found(relevant=False))) == []


def test_the_most_frequent_come_first() -> None:
    """The most frequent confusion is the first to be read."""
    rare, frequent = (labelled("arctic"), found("bridges")), (labelled("cranes"), found("bridges"))
    assert [one.articles for one in confused(rare, frequent, frequent)] == [2, 1]


def test_what_spoke_for_it() -> None:
    """A theme's score comes with its best sentence; a theme that has neither, with 0 and none."""
    answer = found("bridges", Score("bridges", 0.6, True, (SAID, ALSO)), Score("cranes", 0.1, False, ()))
    assert spoke_for(answer, "bridges") == (0.6, SAID)
    assert spoke_for(answer, "cranes") == (0.1, None)
    assert spoke_for(answer, "arctic") == (0.0, None)


def test_json() -> None:
    """A mistake names the article, what the gate said, and each wrong theme with what spoke for it."""
    answer = found("bridges", Score("bridges", 0.6, True, (SAID,)), Score("cranes", 0.2, False, (ALSO,)))
    (wrong,) = mistakes([labelled("cranes arctic")], [answer])
    report = as_json(wrong)
    assert report["id"] == "a1"
    assert report["gate"] == {"expected": True, "found": True, "reason": "", "relevance": 0.5}
    assert [one["theme"] for one in report["false_alarms"]] == ["bridges"]
    assert report["false_alarms"][0]["sentence"] == "They built a bridge."
    assert report["false_alarms"][0]["phrase"] == "bridge"
    assert [(one["theme"], one["score"], one["sentence"], one["statement"]) for one in report["misses"]] == [
        ("arctic", 0.0, None, ""),
        ("cranes", 0.2, "A span was added.", "Bridges are built."),
    ]

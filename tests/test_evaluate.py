"""`amur eval themes`: the metrics by hand, the file of labelled articles and its halves."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.evaluate import Found, Labelled, as_json, half, measure, read_labelled, read_verdicts
from extractors.labels import LabelError

THEMES = ("arctic", "bridges", "cranes")


def labelled(language: str = "en", themes: str = "", disputed: str = "", *, relevant: bool | None = True) -> Labelled:
    return Labelled(language, "", "", relevant, frozenset(themes.split()), frozenset(disputed.split()))


def found(themes: str = "", *, relevant: bool = True) -> Found:
    return Found(relevant, frozenset(themes.split()))


def plain(metrics: dict[str, object]) -> dict[str, object]:
    """Metrics without their intervals."""
    return {key: value for key, value in metrics.items() if key != "intervals"}


def test_metrics_by_hand() -> None:
    """The gate is measured over articles, the themes over labels; macro is the mean over themes that anybody saw."""
    report = as_json(
        measure(
            [labelled(themes="arctic bridges"), labelled(themes="arctic"), labelled(relevant=False), labelled("ru")],
            [found("arctic"), found("arctic cranes"), found(), found(relevant=False)],
        )
    )
    gate, themes = report["gate"], report["themes"]
    assert plain(gate["en"]) == {
        "precision": 2 / 3, "recall": 1, "f1": 0.8, "tp": 2, "fp": 1, "fn": 0, "n": 3, "relevant": 2,
    }  # fmt: skip
    assert plain(gate["ru"]) == {"precision": 0, "recall": 0, "f1": 0, "tp": 0, "fp": 0, "fn": 1, "n": 1, "relevant": 1}
    assert plain(gate["all"]) == {
        "precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "tp": 2, "fp": 1, "fn": 1, "n": 4, "relevant": 3,
    }  # fmt: skip
    english = themes["en"]
    assert plain(english["micro"]) == {"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "tp": 2, "fp": 1, "fn": 1}
    assert plain(english["macro"]) == {"precision": 1 / 3, "recall": 1 / 3, "f1": 1 / 3, "themes": 3}
    assert plain(english["per_theme"]["bridges"]) == {"precision": 0, "recall": 0, "f1": 0, "tp": 0, "fp": 0, "fn": 1}
    assert themes["ru"]["per_theme"] == {}
    assert plain(themes["ru"]["macro"]) == {"precision": 0, "recall": 0, "f1": 0, "themes": 0}
    assert themes["all"]["micro"] == english["micro"]
    assert list(gate) == list(themes) == ["en", "ru", "all"]


def test_end_to_end() -> None:
    """An article that the gate keeps out has no theme, whatever was found in it."""
    report = as_json(measure([labelled(themes="arctic")], [found("arctic", relevant=False)]))
    assert report["themes"]["en"]["micro"]["fn"] == 1
    assert report["themes"]["en"]["micro"]["tp"] == 0


def test_disputed_labels() -> None:
    """A disputed label counts neither as a false alarm nor as a miss."""
    report = as_json(measure([labelled(themes="arctic", disputed="bridges arctic")], [found("bridges cranes")]))
    assert list(report["themes"]["en"]["per_theme"]) == ["cranes"]


def test_irrelevant_articles_with_a_theme() -> None:
    """Of the irrelevant articles are counted those let in, and those given a theme that nobody disputes."""
    articles = [labelled(relevant=False, disputed="bridges") for _ in range(4)] + [labelled(themes="arctic")]
    answers = [found("arctic"), found("bridges"), found("cranes", relevant=False), found(), found("arctic")]
    irrelevant = as_json(measure(articles, answers))["irrelevant"]["all"]
    assert irrelevant["interval"][0] <= irrelevant["share"] <= irrelevant["interval"][1]
    del irrelevant["interval"]
    assert irrelevant == {"n": 4, "let_in": 3, "with_theme": 1, "share": 0.25}


def test_nobody_said_whether_it_is_relevant() -> None:
    """An article of which nobody said whether it is relevant counts for its themes, and not for the gate."""
    report = as_json(measure([labelled(themes="arctic", relevant=None)], [found("arctic cranes")]))
    assert [report["gate"]["en"][key] for key in ("tp", "fp", "fn")] == [0, 0, 0]
    assert report["gate"]["en"]["intervals"]["f1"] is None
    assert report["irrelevant"]["en"]["n"] == 0
    assert report["themes"]["en"]["micro"]["precision"] == 0.5


rows_of_themes = st.lists(
    st.tuples(st.sets(st.sampled_from(THEMES)), st.sets(st.sampled_from(THEMES)), st.booleans()), min_size=1
)


@settings(max_examples=30, deadline=None)
@given(rows_of_themes)
def test_metrics_are_shares(rows: list[tuple[set[str], set[str], bool]]) -> None:
    """Every metric lies in [0, 1] and every interval too, in order; a perfect answer has an F1 of 1, surely so."""
    articles = [labelled(themes=" ".join(wanted)) for wanted, _, _ in rows]
    report = as_json(measure(articles, [found(" ".join(got), relevant=let_in) for _, got, let_in in rows]))["themes"][
        "en"
    ]
    for metrics in (report["micro"], report["macro"], *report["per_theme"].values()):
        for key in ("precision", "recall", "f1"):
            low, high = metrics["intervals"][key] or (0, 1)
            assert 0 <= low <= high <= 1
            assert 0 <= metrics[key] <= 1
    perfect = as_json(measure(articles, [Found(True, article.themes) for article in articles]))["themes"]["en"]
    labels = any(article.themes for article in articles)
    assert perfect["micro"]["f1"] == (1 if labels else 0)
    assert perfect["micro"]["intervals"]["f1"] == ((1, 1) if labels else None)


@settings(max_examples=30, deadline=None)
@given(rows_of_themes)
def test_intervals_are_deterministic(rows: list[tuple[set[str], set[str], bool]]) -> None:
    """The same articles have the same intervals, however often they are measured."""
    articles = [labelled(themes=" ".join(wanted)) for wanted, _, _ in rows]
    answers = [found(" ".join(got), relevant=let_in) for _, got, let_in in rows]
    assert measure(articles, answers) == measure(articles, answers)


def test_verdicts_as_labels() -> None:
    """An analyst's verdicts label the themes that they are on; all other themes count neither way."""
    a, b = ("en", "", "text of a"), ("en", "", "text of b")
    said = [(*a, "arctic", True), (*a, "bridges", False), (*b, "cranes", False)]
    one, two = read_verdicts(said, THEMES)
    assert (one.text, one.relevant, one.themes, one.disputed) == ("text of a", True, {"arctic"}, {"cranes"})
    assert (two.text, two.relevant, two.themes, two.disputed) == ("text of b", None, set(), {"arctic", "bridges"})
    report = measure([one, two], [found("bridges cranes"), found("bridges cranes")])["all"]
    assert {theme: (m.tp, m.fp, m.fn) for theme, m in report.themes.items()} == {
        "arctic": (0, 0, 1), "bridges": (0, 1, 0), "cranes": (0, 1, 0),
    }  # fmt: skip
    assert (report.gate.tp, report.gate.fp, report.gate.fn) == (1, 0, 0)


# --- halves ---------------------------------------------------------------------------------------


def texts(articles: list[Labelled]) -> list[str]:
    return [article.text for article in articles]


def test_halves_by_hand() -> None:
    """Within language and relevance, the first, third and so on by the SHA-256 of the text are half A."""
    # SHA-256 of the texts begins: r 454349e4, s 043a7187, t e3b98a4d, so they come in the order s, r, t.
    articles = [Labelled("en", "", text, True, frozenset(), frozenset()) for text in "rst"]
    assert texts(half(articles, "A")) == ["s", "t"]
    assert texts(half(articles, "B")) == ["r"]
    apart = [
        Labelled("en", "", "r", True, frozenset(), frozenset()),
        Labelled("ru", "", "s", True, frozenset(), frozenset()),
        Labelled("en", "", "t", False, frozenset(), frozenset()),
    ]
    assert half(apart, "A") == apart
    assert half(apart, "B") == []


@given(st.lists(st.tuples(st.sampled_from(["en", "ru"]), st.booleans(), st.text(max_size=3)), max_size=12))
def test_halves_share_out_all(rows: list[tuple[str, bool, str]]) -> None:
    """Each article is in one half; in each language and relevance A has as many as B, or one more."""
    articles = [Labelled(language, "", text, let_in, frozenset(), frozenset()) for language, let_in, text in rows]
    a, b = half(articles, "A"), half(articles, "B")
    assert sorted(map(repr, a + b)) == sorted(map(repr, articles))
    for stratum in {(one.language, one.relevant) for one in articles}:
        sizes = [sum((one.language, one.relevant) == stratum for one in some) for some in (a, b)]
        assert sizes[0] - sizes[1] in (0, 1)


def test_halves_do_not_depend_on_the_order() -> None:
    """The halves are of texts: a file in another order has the same."""
    articles = [Labelled("en", "", text, True, frozenset(), frozenset()) for text in "abcd"]
    halves = {tuple(sorted(texts(half(some, "A")))) for some in permutations(articles)}
    assert len(halves) == 1


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "is not JSON"),
        ("[]", "no JSON object"),
        ('{"text": "", "language": "en", "themes": []}', '"relevant" is missing: give true or false'),
        ('{"text": "", "language": "en", "themes": [], "relevant": "yes"}', '"relevant" is "yes"'),
        ('{"text": "", "language": "en", "relevant": true}', '"themes" is missing'),
        (
            '{"text": "", "language": "en", "relevant": true, "themes": [1]}',
            '"themes" is [1]: give a list of theme ids',
        ),
        ('{"text": "", "language": "en", "relevant": true, "themes": [], "disputed": "x"}', '"disputed" is "x"'),
        ('{"text": 7, "language": "en", "relevant": true, "themes": []}', '"text" is 7: give a text'),
        ('{"text": "", "language": null, "relevant": true, "themes": []}', '"language" is null'),
    ],
)
def test_bad_lines(line: str, complaint: str) -> None:
    """A line that will not do is named by its number, with what is wrong."""
    good = '{"text": "", "language": "en", "relevant": true, "themes": []}'
    with pytest.raises(LabelError, match=r"^line 3: ") as raised:
        read_labelled([good, "\n", line])
    assert complaint in raised.value.message


def test_title_and_disputed_may_be_missing() -> None:
    """A title and disputed labels may be missing; keys of other programs are passed over."""
    line = '{"text": "t", "language": "zh", "relevant": false, "themes": ["x"], "genre": null}'
    assert read_labelled([line]) == [Labelled("zh", "", "t", False, frozenset({"x"}), frozenset(), "line 1")]


def test_an_article_keeps_its_id() -> None:
    """An article is named as the file names it, else by its line."""
    line = '{"text": "t", "language": "zh", "relevant": false, "themes": []%s}'
    read = read_labelled([line % "", "", line % ', "id": "a7"', line % ', "id": 7'])
    assert [one.id for one in read] == ["line 1", "a7", "7"]

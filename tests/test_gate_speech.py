"""The gate where sentences are heard: what they weigh, when they are asked for, and the model that hears them."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import exemplars, gate, themes
from extractors.encoder import Vectors, load_encoder
from extractors.gate import Speech, weigh
from extractors.relation import Relation
from extractors.sentences import cut
from extractors.taxonomy import parse_themes
from extractors.themes import JudgeInput, judge

NOW = datetime(2026, 4, 6, 6, tzinfo=UTC)
BOTH, CHINA, RUSSIA, THIRD, NEITHER = "Xi met Putin.", "Beijing waits.", "Moscow calls.", "Orban spoke.", "It rained."
LIKELY, UNLIKELY = Speech(0.95, 0.9), Speech(0.3, 0.05)
DEFAULTS = Path(__file__).parents[1] / "flows/defaults/themes.toml"


def heard(sentences: Sequence[str], speech: Sequence[Speech], title: Sequence[str] = ()) -> gate.Verdict:
    return weigh(title, sentences, "en", lambda: speech)


def read(title: str, text: str, language: str, model: Path) -> gate.Verdict:
    """The verdict on what the encoder makes of it."""
    encoder, known = load_encoder(), exemplars.load(model)
    assert encoder
    parts = [[part[slice(*span)] for span in cut(part, language)] for part in (title, text)]
    vectors = encoder.encode([sentence for part in parts for sentence in part])
    return weigh(parts[0], parts[1], language, lambda: known.speech(vectors, language))


# --- what speech weighs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentences", "speech", "reason"),
    [
        ([BOTH] * 3 + [NEITHER] * 9, LIKELY, ""),
        ([BOTH] * 3 + [NEITHER] * 9, UNLIKELY, gate.IN_PASSING),
        ([CHINA, RUSSIA] * 5, LIKELY, ""),  # never in one sentence, and yet of nothing else
        ([CHINA, RUSSIA] * 5, UNLIKELY, gate.IN_PASSING),
        ([CHINA, *[NEITHER] * 12, RUSSIA], LIKELY, gate.IN_PASSING),
        ([BOTH] * 3 + [THIRD] * 12, Speech(0.8, 0.3), gate.THIRD),
        ([BOTH] * 6 + [THIRD] * 3, LIKELY, ""),
    ],
)
def test_speech(sentences: list[str], speech: Speech, reason: str) -> None:
    """What ties the two counts by how much it speaks of them; what stands between their names counts too."""
    verdict = heard(sentences, [speech] * len(sentences))
    assert (verdict.relevant, verdict.reason) == (not reason, reason)
    assert (verdict.relevance >= 0.5) is verdict.relevant
    assert verdict.co_mentions == sentences.count(BOTH)


def test_a_comparison() -> None:
    """What sets the two side by side is kept out, for that reason, unless much else speaks for it."""
    text = ["Unlike China's, Russia's leaks.", CHINA, RUSSIA, NEITHER]
    speech = [Speech(0.8, 0.4)] * 5
    assert heard(text, speech, ["Two walls"]).relevant
    assert heard(text, speech, ["Two walls compared"]).reason == gate.COMPARES


@pytest.mark.parametrize(
    "sentences", [[CHINA, *[NEITHER] * 9, RUSSIA], [BOTH, *[THIRD] * 25], [CHINA, RUSSIA, *[NEITHER] * 40]]
)
def test_nothing_is_asked_in_vain(sentences: list[str]) -> None:
    """Where no answer could make an article relevant, its sentences are not encoded."""

    def hear() -> list[Speech]:
        raise AssertionError

    verdict = weigh([], sentences, "en", hear)
    assert not verdict.relevant
    assert verdict.relevance < 0.5


def test_nothing_to_hear() -> None:
    """An article without sentences is in passing."""
    assert heard([], []).reason == gate.IN_PASSING


@given(
    st.lists(
        st.tuples(st.sampled_from([BOTH, CHINA, RUSSIA, THIRD, NEITHER]), st.floats(0, 1), st.floats(0, 1)),
        min_size=1,
        max_size=40,
    ),
    st.booleans(),
)
def test_relevance_is_graded(rows: list[tuple[str, float, float]], title: bool) -> None:
    """Relevance stays in [0, 1], is 0.5 at the border, and never falls where one sentence speaks more of the two."""
    sentences, heads = [row[0] for row in rows], ["Compared"] if title else []
    speech = [Speech(1, 1)] * len(heads) + [Speech(*row[1:]) for row in rows]
    verdict = heard(sentences, speech, heads)
    assert 0 <= verdict.relevance <= 1
    assert verdict.relevant is (verdict.relevance >= 0.5)
    assert verdict.reason in {"", *gate.REASONS}
    if verdict.relevant:
        assert heard(sentences, [*speech[:-1], Speech(1, 1)], heads).relevant


# --- the model ------------------------------------------------------------------------------------

SPEAKS = [
    ("en", "Moscow needs Beijing's market more with every winter, and the price it gets says so."),
    ("en", "The two presidents toasted a friendship that neither ministry could quite define."),
    ("ru", "Пекин не спешит давать Москве новые кредиты, хотя и называет её другом."),
    ("ru", "Российские и китайские моряки провели совместные манёвры у Камчатки."),
    ("zh", "俄方希望中方扩大进口牛肉和大豆，双方将成立工作组。"),
    ("zh", "莫斯科越来越离不开北京的市场。"),
]
SAYS_ELSE = [
    ("en", "The index of press freedom puts Norway first, Russia near the bottom and China lower still."),
    ("en", "Heavy snow closed the airport and eleven flights were cancelled."),
    ("ru", "В тройку лидеров по числу медалей вошли США, Китай и Австралия, Россия не участвовала."),
    ("ru", "Школьный автобус застрял в снегу под Рязанью."),
    ("zh", "这份排行榜上，美国第一，中国第二，俄罗斯排在第四十七位。"),
    ("zh", "昨夜的大雪让机场关闭了三个小时。"),
]


@pytest.mark.parametrize("language", gate.LANGUAGES)
def test_what_speaks_of_the_two(language: str, model: Path) -> None:
    """A sentence about their relationship speaks more of it than a ranking that names both, or the weather."""
    encoder, known = load_encoder(), exemplars.load(model)
    assert encoder
    of_them, of_else = (
        known.speech(encoder.encode([text for tag, text in some if tag == language]), language)
        for some in (SPEAKS, SAYS_ELSE)
    )
    assert min(one.relation for one in of_them) > max(one.relation for one in of_else)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "The price of having one customer",
            (
                "Moscow used to sell its gas to a dozen buyers. Beijing knows that this is over, and takes its time. "
                "The Kremlin calls the remaining questions technical. "
                "They are about money: Chinese negotiators ask for the price that consumers pay in Siberia. "
                "Without a second pipe, Gazprom has nowhere to send what Europe no longer takes. "
                "The neighbour to the south has other suppliers, and says so at each meeting. "
                "In Moscow nobody says aloud what everybody has counted. In Beijing they have counted too."
            ),
        ),
        (
            "ru",
            "Очередь у терминала",
            (
                "Фуры стоят под Забайкальском четвёртый день. Китайская сторона принимает треть прежнего числа машин. "
                "Перевозчики ждут объяснений. В Москве говорят о технических работах. "
                "В Пекине молчат, но проверяют каждую накладную. "
                "Банки по ту сторону границы возвращают платежи, и груз без оплаты не выпускают. "
                "Стороны обещают расширить пункт пропуска к осени. Пока же дружба стоит в очереди."
            ),
        ),
        (
            "zh",
            "口岸边的等待",
            (
                "满洲里的货车排了三公里。俄罗斯司机说，手续比去年多了一倍。中方海关解释，新系统正在调试。"
                "莫斯科的买家等不及了，开始改走海路。银行也不敢轻易收款，怕惹上制裁。"
                "口岸办说，两边已经商定延长开放时间。做了二十年边贸的老周并不着急。他说，离了谁，这条路都走不通。"
            ),
        ),
    ],
)
def test_apart_and_yet_together(language: str, title: str, text: str, model: Path) -> None:
    """Where the two are named in alternate sentences, the gate hears that they are spoken of together."""
    assert read(title, text, language, model).relevant


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "Medals and money",
            (
                "The games cost more than was planned. America won forty golds, China thirty-eight. "
                "Russia was not invited, and China's swimmers were tested twice a day. "
                "The stadium will be a shopping centre. Hoteliers complain of empty rooms."
            ),
        ),
        (
            "ru",
            "Рейтинг паспортов",
            (
                "Сингапур снова возглавил рейтинг паспортов. Китай поднялся на две строки, Россия опустилась на одну. "
                "США впервые выпали из десятки. Авторы учли число стран, куда можно ехать без визы. "
                "Последним, как и прежде, стоит Афганистан."
            ),
        ),
        (
            "zh",
            "全球军费排行出炉",
            (
                "研究所公布了去年的全球军费数据。美国仍居首位，中国第二，俄罗斯第三。德国增幅最大。"
                "印度和英国分列第五、第六位。研究人员说，亚洲的增长主要来自日本。"
            ),
        ),
    ],
)
def test_together_and_yet_apart(language: str, title: str, text: str, model: Path) -> None:
    """A ranking that names both side by side is not about the two."""
    assert not read(title, text, language, model).relevant


class Counting:
    """An encoder that counts what it is asked."""

    id, dim = "", 512

    def __init__(self) -> None:
        self.asked: list[int] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the real one does."""
        self.asked.append(len(texts))
        encoder = load_encoder()
        assert encoder
        return encoder.encode(texts)


def test_encoded_once(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gate and themes are served by the same vectors; what cannot be relevant is never encoded."""
    counting = Counting()
    monkeypatch.setattr(themes, "load_encoder", lambda: counting)
    taxonomy = parse_themes(tomllib.loads(DEFAULTS.read_text(encoding="utf-8")))

    def judged(title: str, text: str) -> bool:
        return judge(JudgeInput(uuid.UUID(int=0), title, text, "en"), taxonomy, NOW, model).relevant

    assert judged("Xi and Putin meet", "China and Russia signed. Beijing and Moscow are closer than ever.")
    assert counting.asked == [3]
    assert not judged("Weather", " ".join(["Beijing is warm.", *["It rained."] * 30, "Moscow is cold."]))
    assert counting.asked == [3]


def test_small_models_add_up() -> None:
    """A sentence's speech is the logistic of its weights, the point that it makes most being the one that counts."""
    landmark = np.array([[0.6, 0.8]], np.float32)
    tiny = Relation(landmark, np.array([[0, 0, 0], [0, 0, 0], [0, 0, 0], [2, -1, 3]], np.float32))
    (one,) = tiny.speech(landmark)
    assert (round(one.relation, 3), round(one.point, 3)) == (0.881, 0.953)

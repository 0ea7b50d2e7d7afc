"""Readability formulas against values worked out by hand."""

import pytest

from breachdesk.notify.readability import english_syllables, passes, read


@pytest.mark.parametrize(
    ("text", "words", "sentences", "syllables", "grade"),
    [
        # 0.39 * 6/1 + 11.8 * 6/6 - 15.59
        ("The cat sat on the mat.", 6, 1, 6, -1.45),
        # 0.39 * 4/2 + 11.8 * 8/4 - 15.59 = 0.78 + 23.6 - 15.59
        ("Open windows. Close tables now?", 5, 2, 8, 0.39 * 2.5 + 11.8 * 1.6 - 15.59),
        # 0.39 * 4/1 + 11.8 * 14/4 - 15.59
        ("Security information protects identity.", 4, 1, 14, 0.39 * 4 + 11.8 * 3.5 - 15.59),
    ],
)
def test_english_grade_is_flesch_kincaid(text: str, words: int, sentences: int, syllables: int, grade: float) -> None:
    reading = read([text], "en")
    assert (reading.words, reading.sentences, reading.syllables) == (words, sentences, syllables)
    assert reading.score == pytest.approx(grade, abs=0.01)


@pytest.mark.parametrize(
    ("text", "words", "sentences", "syllables"),
    [("Мама мыла раму.", 3, 1, 6), ("Смените пароль. Позвоните в банк!", 5, 2, 10), ("Ёж ел яблоко", 3, 1, 5)],
)
def test_russian_score_is_oborneva(text: str, words: int, sentences: int, syllables: int) -> None:
    reading = read([text], "ru")
    assert (reading.words, reading.sentences, reading.syllables) == (words, sentences, syllables)
    assert reading.score == pytest.approx(206.835 - 1.3 * words / sentences - 60.1 * syllables / words, abs=0.01)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("the", 1), ("people", 2), ("table", 2), ("changed", 1), ("wanted", 2), ("places", 2), ("information", 4)),
        *(("security", 4), ("every", 2), ("business", 2), ("create", 2), ("breaches", 2), ("likely", 2)),
        *(("two-step", 2), ("don't", 1), ("somebody", 3), ("immediately", 5), ("science", 2)),
    ],
)
def test_english_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert english_syllables(word) == count


def test_a_shortened_word_does_not_end_a_sentence() -> None:
    assert read(["Ask Dr. Example, e.g. by telephone."], "en").sentences == 1
    assert read(["Пишите на адрес: г. Москва, ул. Примерная."], "ru").sentences == 1


def test_a_legal_sentence_fails_and_a_plain_one_passes() -> None:
    legal = "Pursuant to regulatory obligations, the organisation hereby communicates an unauthorised acquisition"
    assert not passes(read([legal], "en"))
    assert passes(read(["Change your password now. It takes five minutes."], "en"))
    assert not passes(read(["Настоящим уведомляем о неправомерном распространении персональных данных"], "ru"))
    assert passes(read(["Смените пароль сейчас. Это займёт пять минут."], "ru"))


def test_long_sentences_are_counted() -> None:
    assert read(["one " * 20 + "."], "en").long_sentences == 0
    assert read(["one " * 21 + "."], "en").long_sentences == 1


def test_no_words_at_all_is_readable() -> None:
    assert passes(read(["", " 12 "], "en"))
    assert passes(read([], "ru"))

"""Where a person lives, as rows say it: which sign decides, what people call a country, which language a letter has."""

from collections.abc import Mapping

import polars as pl
import pytest

from breachdesk.ground.shelf import our_shelf
from breachdesk.scope.people import places
from breachdesk.scope.people.places import Basis, Signs

PLACES = places.read(our_shelf())


@pytest.mark.parametrize(
    ("name", "country"),
    [
        *((name, "US") for name in ("США", "сша", "USA", "U.S.", "u.s.a.", "United States", "the USA", "EE. UU.")),
        *((name, "US") for name in ("EEUU", "EUA", "États-Unis", "ETATS UNIS", "Vereinigte Staaten", "Estados Unidos")),
        *((name, "US") for name in ("Соединённые Штаты Америки", "United States (US)", "USA - United States")),
        *((name, "GB") for name in ("UK", "U.K.", "England", "Scotland", "Англия", "Royaume-Uni", "Gran Bretaña")),
        *((name, "GB") for name in ("Großbritannien", "Grã-Bretanha", "Англия, Великобритания")),
        *((name, "RU") for name in ("РФ", "Россия", "Р.Ф.", "Russian Federation", "Russland", "Russie", "Rússia")),
        *((name, "DE") for name in ("Germany", "Deutschland", "ФРГ", "Allemagne", "Alemania", "Alemanha", "DEU")),
        *((name, "CI") for name in ("Côte d’Ivoire", "Cote d'Ivoire", "Кот-д'Ивуар", "Ivory Coast")),
        *((name, "KR") for name in ("Korea, Republic of", "South Korea", "Южная Корея", "Südkorea")),
        *((name, "AE") for name in ("UAE", "ОАЭ", "Emirats arabes unis")),
        ("Paris", None),
        ("USA / Canada", None),
        ("Portland (OR)", None),
        ("Dover (DE)", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_the_names_people_give_it(name: str, country: str | None) -> None:
    assert PLACES.country(name) == country


@pytest.mark.parametrize(
    ("name", "country", "code"),
    [
        ("N.Y.", "US", "US-NY"),
        ("california", "US", "US-CA"),
        ("US-NY", "US", "US-NY"),
        ("Quebec", "CA", "CA-QC"),
        ("Québec", "CA", "CA-QC"),
        ("NSW", "AU", "AU-NSW"),
        ("Bavaria", "US", None),
    ],
)
def test_a_state_is_known_within_its_country(name: str, country: str, code: str | None) -> None:
    assert PLACES.region(name, country) == code


@pytest.mark.parametrize(
    ("row", "code", "basis"),
    [
        ({"street": "1 Main St", "region": "CA", "country": "USA", "postal": "94105"}, "US-CA", Basis.ADDRESS),
        ({"street": "1 Main St", "country": "USA", "postal": "94105"}, "US-CA", Basis.ADDRESS),
        ({"postal": "94105", "country": "USA"}, "US-CA", Basis.POSTAL_CODE),
        ({"region": "Texas", "country": "USA", "postal": "94105"}, "US-TX", Basis.STATE),
        ({"region": "Texas", "country": "USA"}, "US-TX", Basis.STATE),
        ({"country": "США"}, "US", Basis.COUNTRY),
        ({"country": "Puerto Rico"}, "US-PR", Basis.COUNTRY),
        ({"country": "Réunion", "postal": "97400"}, "FR-974", Basis.COUNTRY),
        ({"city": "Chicago", "country": "США"}, "US-IL", Basis.ADDRESS),
        ({"city": "Portland", "country": "USA"}, "US", Basis.ADDRESS),
        ({"city": "Chicago", "region": "NY", "country": "USA"}, "US-NY", Basis.ADDRESS),
        ({"city": "Chicago", "country": "Germany"}, "DE", Basis.ADDRESS),
        ({"city": "Торонто", "country": "Канада"}, "CA-ON", Basis.ADDRESS),
        ({"address": "1 Lake St, Chicago, USA"}, "US-IL", Basis.ADDRESS),
        ({"postal": "SW1A 1AA"}, "GB", Basis.POSTAL_CODE),
        ({"postal": "10115"}, None, Basis.UNKNOWN),
        ({"region": "TX", "country": "Germany"}, "DE", Basis.COUNTRY),
        ({"address": "1 Main St, San Francisco, CA 94105"}, "US-CA", Basis.ADDRESS),
        ({"address": "1 Main St, Dallas, Texas, United States"}, "US-TX", Basis.ADDRESS),
        ({"address": "1 Main St, San Francisco, CA"}, None, Basis.UNKNOWN),
        ({"address": "Hauptstr. 1\n10115 Berlin\nGermany"}, "DE", Basis.ADDRESS),
        ({"address": "Россия, 101000, Москва, Тверская 3"}, "RU", Basis.ADDRESS),
        ({"address": "ул. Ленина 5, Омск"}, "RU", Basis.ADDRESS),
        ({"address": "10 King St, Sydney NSW 2000"}, "AU-NSW", Basis.ADDRESS),
    ],
)
def test_the_best_sign_of_a_row_decides_and_is_kept_as_its_basis(
    row: Mapping[str, str], code: str | None, basis: Basis
) -> None:
    signs = {name: pl.Series([value], dtype=pl.String) for name, value in row.items()}
    found, rests_on = places.residence(Signs(1, **signs), PLACES)
    assert (found[0], Basis(rests_on[0])) == (code, basis)


def test_a_region_without_a_country_is_read_by_its_column() -> None:
    regions = pl.Series(["CA", "NY", "TX", "WA"])
    country = PLACES.country_of_regions(regions.to_list())
    found, _ = places.residence(Signs(4, region=regions, region_country=country), PLACES)
    assert found.to_list() == ["US-CA", "US-NY", "US-TX", "US-WA"]


def test_a_telephone_then_a_paper_stand_in_only_where_nothing_is_written() -> None:
    code = pl.Series(["FR", None, None, None, None], dtype=pl.String)
    basis = pl.Series([4, 9, 9, 9, 9], dtype=pl.UInt8)
    phone = pl.Series(["US", "US", None, None, "GU"], dtype=pl.String)
    paper = pl.Series(["BR", "BR", "BR", None, None], dtype=pl.String)
    found, rests_on = places.weaker(code, basis, phone, paper)
    assert found.to_list() == ["FR", "US", "BR", None, "US-GU"]
    assert rests_on.to_list() == [Basis.COUNTRY, Basis.PHONE, Basis.GOV_ID, Basis.UNKNOWN, Basis.PHONE]


def test_a_letter_has_the_language_of_the_column_then_of_the_place_then_of_the_letters() -> None:
    column = pl.Series(["en_US.UTF-8", None, None, None, "русский"], dtype=pl.String)
    code = pl.Series(["DE", "CA-QC", "DE", None, None], dtype=pl.String)
    name = pl.Series(["A", "B", "C", "Анна Петрова", "D"])
    assert places.language(column, code, name, PLACES).to_list() == ["en", "fr", "de", "ru", "ru"]
    assert places.language(None, code, None, PLACES).to_list() == ["de", "fr", "de", None, None]

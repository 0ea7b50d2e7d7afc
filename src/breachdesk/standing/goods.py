"""What a bakery sells, and numbers that only look personal: every decoy of the breach that is not a person's."""

import random
from collections.abc import Iterator

from breachdesk.standing.rows import Row, table

PRODUCTS = table(
    "shop.sql/products", "id", "sku", "ean13", "name", "category", "price", "weight_g", "lot_no", "launched_on"
)
IMAGES = table("shop.sql/product_images", "id", "product_id", "path", "etag")
BUILDS = table("shop.sql/deployments", "id", "component", "version", "commit", "build_uuid", "deployed_at")
_GOODS = (
    "Sourdough loaf", "Rye loaf", "Spelt loaf", "Oat loaf", "Borodinsky", "Baguette", "Ficelle", "Brezel", "Brötchen",
    "Croissant", "Pain au chocolat", "Brioche", "Ciabatta", "Focaccia", "Pão de queijo", "Ensaimada", "Roti",
    "Kaya bun", "Melonpan", "Anpan", "Cinnamon knot", "Cardamom bun", "Apple turnover", "Cherry pie", "Lemon tart",
    "Plum cake", "Honey cake", "Poppy roll", "Sushki", "Gingerbread", "Shortbread", "Oatcake", "Bagel", "Bialy",
    "Soda bread", "Malt loaf", "Barley flat", "Corn bread", "Stollen", "Panettone",
)  # fmt: skip
_KINDS = ("bread", "roll", "pastry", "cake")
COUNT = len(_GOODS)


def rows(rng: random.Random) -> Iterator[Row]:
    for at, good in enumerate(_GOODS):
        yield Row(PRODUCTS, None, (
            at + 1, sku(at), _ean(f"40000{at + 1:07}"), good, _KINDS[at % 4], f"{rng.randrange(150, 1900) / 100:.2f}",
            rng.randrange(60, 1200), f"{rng.randrange(10**10, 10**11)}", f"20{rng.randrange(10, 26)}-0{1 + at % 9}-15",
        ))  # fmt: skip
        etag = "".join(rng.choices("0123456789abcdef", k=32))
        slug = good.lower().replace(" ", "-")
        yield Row(IMAGES, None, (at + 1, at + 1, f"/img/{slug}-{at}.jpg", etag))
    for at in range(120):
        commit = "".join(rng.choices("0123456789abcdef", k=40))
        yield Row(BUILDS, None, (at + 1, rng.choice(("web", "api", "app", "worker")), version(rng), commit,
                                 _uuid(rng), f"2026-0{1 + at % 9}-11 0{at % 10}:15:00+00"))  # fmt: skip


def sku(at: int) -> str:
    """Built like a Social Security number."""
    return f"{210 + at * 7:03}-{10 + at % 80:02}-{1000 + at * 37:04}"


def version(rng: random.Random) -> str:
    """Built like an IP address."""
    return f"10.{rng.randrange(3, 6)}.{rng.randrange(20)}.{rng.randrange(100)}"


def order_number(order: int) -> str:
    """Sixteen digits that pass the Luhn check, as a card number would."""
    body = f"20260{order % 10**10:010}"
    total = sum(sum(divmod(int(d) * 2, 10)) if place % 2 == 0 else int(d) for place, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def tracking(rng: random.Random) -> str:
    return f"00340{rng.randrange(10**14, 10**15)}"


def _ean(body: str) -> str:
    total = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(body))
    return body + str(-total % 10)


def _uuid(rng: random.Random) -> str:
    raw = "".join(rng.choices("0123456789abcdef", k=32))
    return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"

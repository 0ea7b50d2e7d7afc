"""A text message as it is handed to a gateway, and what the gateway tells of it later."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum

#: Of a number as SMS_FROM has it: `+49...`, a short code, or a name of up to eleven letters.
_SENDER = re.compile(r"\+[0-9]{5,15}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ._&-]{1,11}")


@dataclass(frozen=True, slots=True)
class Text:
    """`key`: whatever tells the caller which it is; `to`: E.164; `back`: where the gateway may tell of it."""

    key: int
    sender: str
    to: str
    text: str
    back: str = ""

    @property
    def content(self) -> bytes:
        """What is proven: who, to whom, which words."""
        said = {"from": self.sender, "text": self.text, "to": self.to}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


class Fate(StrEnum):
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Receipt:
    """`ref`: by which number the gateway knows the message, or one part of it; `code`: its own, 0 where there is none;
    `told`: its words, harmless."""

    ref: str
    fate: Fate
    code: int = 0
    told: str = ""


def is_sender(text: str) -> bool:
    return bool(_SENDER.fullmatch(text))

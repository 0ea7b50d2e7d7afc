"""What an action says when it will not do something: a sentence of the packs by its key, for whoever asked."""


class Refused(Exception):
    """Nothing was done. `key` names a sentence of packs/messages/desk, `values` fill its places.

    `field` is the field of a form it speaks of, if it speaks of one."""

    def __init__(self, key: str, /, *, field: str = "", **values: object) -> None:
        super().__init__(key)
        self.key, self.field, self.values = key, field, values

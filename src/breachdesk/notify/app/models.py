"""Sendings, and the ledger of deliveries. Whom a sending writes to lies sealed in the vault; a row here holds where, a
mark of the person and how it stands: no name, no address."""

from typing import ClassVar

from django.db import models

from breachdesk.notify.app.models_public import Posted, Publication, PublicText, Up
from breachdesk.notify.states import FAILED, TOLD, Channel, State

__all__ = ["Posted", "PublicText", "Publication", "Up"]


class Stage(models.TextChoices):
    """Why people are written to: warned early, told in full, or told again as it turned out to be more."""

    EARLY = "early"
    FULL = "full"
    MORE = "more"


class Standing(models.TextChoices):
    MAKING = "making"  # the worker writes the list
    READY = "ready"  # list and wording are fixed; two people have to approve
    GOING = "going"
    PAUSED = "paused"
    STOPPED = "stopped"  # for good; who was not told then is not told by this
    ENDED = "ended"  # nobody is left unresolved
    DROPPED = "dropped"  # given up before it went, or made anew


#: Nobody changes what they say or to whom.
LIVE = (Standing.GOING, Standing.PAUSED)
OVER = (Standing.STOPPED, Standing.ENDED, Standing.DROPPED)


class Sending(models.Model):
    """One notice to many people. `channels`: the ways, in the order in which they are tried. `left_out`: why -> how
    many are not written to. `zones`: countries of the people, for quiet hours."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="sendings")
    number = models.PositiveSmallIntegerField()  # in its case, from 1
    stage = models.CharField(max_length=8, choices=Stage.choices)
    standing = models.CharField(max_length=8, choices=Standing.choices, default=Standing.MAKING)
    slugs = models.JSONField(default=list)  # cohorts that are written to; none: all of them
    channels = models.JSONField(default=list)
    quiet_from = models.PositiveSmallIntegerField(null=True)  # hour of the person's day, 0-23; none: at any hour
    quiet_until = models.PositiveSmallIntegerField(null=True)
    per_second = models.FloatField(null=True)  # messages; none: as fast as the relay takes them
    domain_per_second = models.JSONField(default=dict)  # receiving domain -> messages a second
    run = models.ForeignKey("scope.Run", models.SET_NULL, null=True, related_name="+")  # whose people these are
    wording = models.CharField(max_length=64, blank=True)  # name in the vault
    wording_sha256 = models.CharField(max_length=64, blank=True)
    recipients = models.CharField(max_length=64, blank=True)  # name in the vault
    recipients_sha256 = models.CharField(max_length=64, blank=True)
    people = models.PositiveBigIntegerField(default=0)
    left_out = models.JSONField(default=dict)
    codes = models.JSONField(default=list)  # numbers of the codes it gave, from and until (signing_up.py)
    zones = models.JSONField(default=list)
    duties = models.JSONField(default=list)  # that this meets, when its people are told
    due = models.DateTimeField(null=True)  # the nearest of them
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    fixed_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=254, blank=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=120, blank=True)
    alarmed_for = models.DateTimeField(null=True)  # the deadline that the team was told will be missed
    troubles = models.JSONField(default=dict)  # channel -> why nothing goes by it at the moment, as its carrier said
    spread = models.JSONField(default=list)  # [letter, state, channel, people] (spreading.py)
    spread_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="notify_sending_number")]

    @property
    def early(self) -> bool:
        """A warning: whoever it reached is warned, and not yet told."""
        return self.stage == Stage.EARLY

    @property
    def trouble(self) -> str:
        """Why nothing goes at the moment; with the channel, where there are several."""
        if len(self.troubles) < 2:
            return "".join(self.troubles.values())
        return "; ".join(f"{channel}: {said}" for channel, said in sorted(self.troubles.items()))

    @property
    def live(self) -> bool:
        return self.standing in LIVE

    @property
    def over(self) -> bool:
        return self.standing in OVER

    def quiet_at(self, hour: int) -> bool:
        """Whether nobody is to be disturbed at that hour of their day."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return False
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


class Carrier(models.Model):
    """A process that sends. It holds an advisory lock of its number while it lives: one that ended without saying so
    leaves what it had in hand in doubt. `log`: where the log of the relay ended when it began (logfiles.py)."""

    sending = models.ForeignKey(Sending, models.CASCADE, related_name="carriers")
    where = models.CharField(max_length=120)  # host and process
    log = models.CharField(max_length=120, blank=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


def words_of(channel: str) -> str:
    """The table of words in which a page names states: a text is not taken by a mail server."""
    return "sendings.text_states" if channel == Channel.SMS else "sendings.states"


class Delivery(models.Model):
    """One person x notice x channel x attempt. `person`: the first eight bytes of SHA-256 of their handle
    (knowing.py). `offset`, `length`: their line in the list of the sending. `ways`: how many addresses of each
    channel there are, four bits each. `last`: no later way was tried for this person. `domain`: receiving domain,
    country of a letter or a number. `attempt`: which of the addresses, from 0. `tries`: how often it was handed
    over."""

    sending = models.ForeignKey(Sending, models.CASCADE, related_name="deliveries", db_index=False)
    person = models.BigIntegerField()
    channel = models.CharField(max_length=8)
    attempt = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12)
    last = models.BooleanField(default=True)
    letter = models.PositiveSmallIntegerField()
    zone = models.CharField(max_length=2, blank=True)
    domain = models.CharField(max_length=255, blank=True)
    offset = models.BigIntegerField()
    length = models.PositiveIntegerField()
    ways = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)  # when it was last handed over: the date that stands in it
    at = models.DateTimeField()
    code = models.PositiveSmallIntegerField(default=0)
    told = models.CharField(max_length=300, blank=True)
    carrier = models.ForeignKey(Carrier, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sending", "person", "channel", "attempt"], name="notify_delivery_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sending", "channel", "zone", "id"],
                condition=models.Q(state=State.QUEUED.value),
                name="notify_delivery_queue",
            ),
            models.Index(
                fields=["sending", "next_at"],
                condition=models.Q(state=State.DEFERRED.value),
                name="notify_delivery_deferred",
            ),
            models.Index(
                fields=["carrier", "id"],
                condition=models.Q(state=State.SENDING.value),
                name="notify_delivery_in_hand",
            ),
            models.Index(
                fields=["sending", "state", "id"],
                condition=~models.Q(state__in=[State.QUEUED.value, State.ACCEPTED.value, State.DELIVERED.value]),
                name="notify_delivery_odd",
            ),
        ]

    @property
    def words(self) -> str:
        """What its states are called."""
        return words_of(self.channel)

    @property
    def told_them(self) -> bool:
        return self.state in TOLD

    @property
    def has_failed(self) -> bool:
        return self.state in FAILED


class Batch(models.Model):
    """What was told at once of some deliveries: `root`, the hash of the tree over them (RFC 6962), stands in the
    journal."""

    sending = models.ForeignKey(Sending, models.CASCADE, related_name="batches")
    at = models.DateTimeField()
    count = models.PositiveIntegerField()
    root = models.BinaryField()
    entry = models.BigIntegerField(null=True)  # number in the journal


class Event(models.Model):
    """Something that was told of a delivery. `moved`: whether it stands otherwise since. `content`: SHA-256 of the
    message that went. `source`: relay, log, dsn, hand, print, provider, gateway."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="events")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="events", null=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=12)
    code = models.PositiveSmallIntegerField(default=0)
    told = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=12)
    moved = models.BooleanField(default=True)
    content = models.BinaryField(null=True)
    #: Of whoever told it, so that the same is not counted twice.
    outside = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outside"], condition=~models.Q(outside=""), name="notify_event_once")
        ]


class Piece(models.Model):
    """A part of a text message that its gateway took. `ref`: its number there; `parts`: how many the message has;
    `fate`: what was told of it last (texts.Fate)."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="pieces")
    ref = models.CharField(max_length=72, db_index=True)
    parts = models.PositiveSmallIntegerField(default=1)
    fate = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["delivery", "ref"], name="notify_piece_once")]


class Report(models.Model):
    """What a gateway told of a message, kept the moment it came; it goes into the ledger with others. `row`: of the
    delivery, where the report names it by its mark."""

    ref = models.CharField(max_length=72)
    fate = models.CharField(max_length=12)
    code = models.PositiveSmallIntegerField(default=0)
    told = models.CharField(max_length=300, blank=True)
    row = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ref", "told"], name="notify_report_once")]


class Gateway(models.Model):
    """Reports that were not believed or not needed, counted; one row. `forged`: with a wrong signature; `repeated`:
    told before; `stray`: of no message of ours, or too late."""

    forged = models.PositiveBigIntegerField(default=0)
    repeated = models.PositiveBigIntegerField(default=0)
    stray = models.PositiveBigIntegerField(default=0)
    forged_at = models.DateTimeField(null=True)


class Tally(models.Model):
    """So many more, or fewer, stand so since `at`: their sum is how a sending stands, without counting a million
    rows. Only rows that are the last of a person count."""

    sending = models.ForeignKey(Sending, models.CASCADE, related_name="tallies")
    at = models.DateTimeField()
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=12)
    n = models.BigIntegerField()


class Printing(models.Model):
    """One batch of letters for a print house; its files lie sealed in the vault as one archive. `refused`: what is
    wrong with letters that were not printed -> how many."""

    class Standing(models.TextChoices):
        MAKING = "making"  # the worker draws it; nothing is in hand
        READY = "ready"  # its letters are in hand
        HANDED = "handed"  # the print house has it
        BACK = "back"  # given back: its letters wait again
        FAILED = "failed"

    sending = models.ForeignKey(Sending, models.CASCADE, related_name="printings")
    number = models.PositiveSmallIntegerField()  # in its sending, from 1
    standing = models.CharField(max_length=8, choices=Standing.choices, default=Standing.MAKING)
    most = models.PositiveIntegerField()
    letters = models.PositiveIntegerField(default=0)
    sheets = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=dict)
    files = models.JSONField(default=list)  # of letters: name, sha256, letters, sheets, whether signs are boxes
    sha256 = models.CharField(max_length=64, blank=True)  # of the archive
    size = models.PositiveBigIntegerField(default=0)
    dated_at = models.DateTimeField()  # the day that stands in its letters
    made_by = models.CharField(max_length=254)
    handed_on = models.DateField(null=True)
    ended_by = models.CharField(max_length=254, blank=True)
    fault = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["sending", "number"], name="notify_printing_number")]

    @property
    def name(self) -> str:
        return f"{self.sending.case.number}-letters-{self.sending.number}-{self.number}"


class Printed(models.Model):
    """A letter in a batch that was not given back. `code`: printed on it, by which it is known when it comes back;
    `content`: SHA-256 of what it was drawn from."""

    printing = models.ForeignKey(Printing, models.CASCADE, related_name="printed")
    delivery = models.OneToOneField(Delivery, models.CASCADE, related_name="printed")
    code = models.CharField(max_length=13, unique=True)
    content = models.BinaryField()
    file = models.CharField(max_length=60)
    first_page = models.PositiveIntegerField()


class Met(models.Model):
    """A duty to tell people that is met as things stand: everybody it is about is told (fulfilling.py)."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="met")
    duty = models.CharField(max_length=200)
    at = models.DateTimeField()  # when the last of them was told
    people = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "duty"], name="notify_met_once")]


class Reckoned(models.Model):
    """Up to which batch of the ledger, and which list of people, the duties of a case were reckoned."""

    case = models.OneToOneField("case.Case", models.CASCADE, related_name="+")
    batch = models.BigIntegerField()
    run = models.BigIntegerField()


class Pace(models.Model):
    """When the next may go, for what has a rate (GCRA): a relay, a receiving domain of a sending."""

    name = models.CharField(max_length=300, unique=True)
    next_at = models.DateTimeField()


class Minded(models.Model):
    """Somebody with whom something is to be minded, by a mark of what they are known by (scope.kept.mark, in hex)."""

    class Kind(models.TextChoices):
        HONEY = "honey"
        DECEASED = "deceased"
        VULNERABLE = "vulnerable"
        HELD = "held"

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="minded")
    mark = models.CharField(max_length=16)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = models.TextField()
    by = models.CharField(max_length=254)
    at = models.DateTimeField()
    last = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "mark"], condition=models.Q(last=True), name="notify_minded_once")
        ]


class OwnText(models.Model):
    """Words of the case in place of a shipped block; every one that was ever written is kept. `slug`: only in the
    letter to these people; `rule`: only under this rule. `text`: empty when it was withdrawn."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="own_texts")
    block = models.CharField(max_length=60)
    language = models.CharField(max_length=8)
    slug = models.CharField(max_length=100, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    reason = models.TextField()
    by = models.CharField(max_length=254)
    at = models.DateTimeField()
    last = models.BooleanField(default=True)  # what is said there now, or that nothing is

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "block", "language", "slug", "rule"],
                condition=models.Q(last=True),
                name="notify_own_text_once",
            )
        ]


class Codes(models.Model):
    """A list of codes to sign up with for a free service, one for each person; the codes lie sealed in the vault."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="codes")
    count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=254)

    class Meta:
        ordering: ClassVar = ["-id"]

"use strict";
// Judges one case by the laws of `law.js`, in the reader's browser: the same answers as `breachdesk duties`
// (tests/site/test_judge.py compares them). It keeps nothing and speaks to nobody.
//
// A case: {facts: {name: value}, groups: [[residence, [element], "yes" | "no" | "unknown", low, high]] | null}.
// Values: true, a number, a word, a list (a set), an instant {at: milliseconds} or {day: days since 1970}, and for a
// request of the police {start, until, written}. A fact that is absent is unknown, never false.
(function (page) {
  const own = page.Breachdesk;
  const { YES, NO, UNKNOWN, FOUND, SIGNS, People, not, of, finding, every, some, bounds, exact, plain, compare, counted, whole, covers, within } = own.reckon;
  const { DAY, Beyond, Zone, dayOf } = own.days;
  const { Clock } = own;

  const ORDER = [
    ["time.occurred", "time.detected"], ["time.occurred", "time.aware"], ["time.occurred", "time.discovered"],
    ["time.discovered", "time.individual_notice_sent"], ["time.aware", "time.notification_sent"], ["time.aware", "time.initial_sent"],
  ];

  // --- the case

  class Case {
    constructor(law, told, at) {
      this.law = law;
      this.at = at;
      this.zones = {};
      this.asked = [];
      this.seen = new Map();
      this.dating = new Set();
      this.facts = { ...told.facts };
      const counts = {};
      for (const [name, value] of Object.entries(this.facts)) {
        const place = name.startsWith("subjects.count_in.") && name.slice("subjects.count_in.".length);
        if (place) counts[law.parts[place] || place] = value;
      }
      const total = this.facts["subjects.count"];
      this.people = new People(law, told.groups, counts, total === undefined ? null : total);
      this.derive(told.groups);
    }

    /** Facts that follow from others. What somebody wrote down stands, unless the people themselves are listed. */
    derive(groups) {
      const facts = this.facts;
      if (groups) {
        const classes = new Set(facts["data.classes"] || []);
        for (const [, elements, minor, low, high] of groups) {
          if (high) elements.forEach((one) => this.law.elements[one][1].forEach((name) => classes.add(name)));
          if (high && minor === "yes") classes.add("child");
          if (low && minor === "yes" && facts["subjects.vulnerable"] === undefined) facts["subjects.vulnerable"] = true;
        }
        facts["data.classes"] = [...classes];
      }
      if (facts["data.unintelligible"] === undefined) {
        const [encrypted, key] = [facts["data.encrypted"], facts["data.key_taken"]];
        if (encrypted === false || key === true) facts["data.unintelligible"] = false;
        else if (encrypted && key === false) facts["data.unintelligible"] = true;
      }
    }

    get(name) {
      const known = (one) => (one.high === null && one.low === 0 ? undefined : one);
      if (name === "subjects.count") return known(this.people.everybody());
      if (name.startsWith("subjects.count_in.")) {
        const place = name.slice("subjects.count_in.".length);
        return known(this.people.here([this.law.parts[place] || place]));
      }
      return this.facts[name];
    }

    zone(name) { return (this.zones[name] ??= new Zone(this.law.zones[name])); }
    instant(name) { const value = this.facts[name]; return value && (value.at !== undefined || value.day !== undefined) ? value : null; }
    on(instant, zone) { return instant.day !== undefined ? instant.day : zone.day(instant.at); }
    earliest(instant, zone) { return instant.at !== undefined ? instant.at : zone.start(instant.day); }

    /** Facts that cannot both be right: [words, fact, other fact]; the answer is given all the same. */
    contradictions() {
      const [facts, found] = [this.facts, []];
      const moment = (one, late) => one.at ?? (late ? one.day * DAY + DAY - 1000 + 12 * 3600000 : one.day * DAY - 14 * 3600000);
      const after = (one, other) => moment(one, false) > moment(other, true);
      for (const [before, later] of ORDER) {
        const [one, other] = [this.instant(before), this.instant(later)];
        if (one && other && after(one, other)) found.push(["before", later, before]);
      }
      const hold = facts["hold.law_enforcement"];
      if (hold && hold.start && hold.until && after(hold.start, hold.until)) found.push(["hold", "hold.law_enforcement", ""]);
      const [main, seats] = [facts["entity.main_establishment"], facts["entity.establishments"]];
      const same = (one, other) => covers(one, other) || covers(other, one);
      if (main && seats && !seats.some((seat) => same(main, seat))) found.push(["seat", "entity.main_establishment", "entity.establishments"]);
      const { groups, total, counts } = this.people;
      const tops = Object.entries(counts).filter(([place]) => whole(place) === place || !(whole(place) in counts));
      if (!groups && total !== null && tops.reduce((n, [, count]) => n + count, 0) > total) found.push(["total", "subjects.count", "subjects.count_in"]);
      if (groups && total !== null && compare(this.people.everybody(), "eq", total) === NO) found.push(["listed", "subjects.count", ""]);
      return found;
    }

    // --- conditions

    ask(number) {
      if (number === undefined) return FOUND;
      return (this.asked[number] ??= this.condition(this.law.conditions[number]));
    }

    condition(raw) {
      if (raw.f !== undefined) return this.leaf(raw);
      if (raw.all) return every(raw.all.map((part) => this.condition(part)));
      if (raw.any) return some(raw.any.map((part) => this.condition(part)));
      if (raw.not) { const found = this.condition(raw.not); return { ...found, answer: not(found.answer) }; }
      if (raw.predicate) return this[`_${raw.predicate}`]();
      return finding(YES);
    }

    leaf(raw) {
      const op = Object.keys(raw).find((key) => key !== "f");
      const [fact, value, got] = [raw.f, raw[op], this.get(raw.f)];
      let answer;
      if (op === "known") answer = of((got !== undefined) === value);
      else if (got === undefined) return finding(UNKNOWN, [], [fact]);
      else answer = compared(got, op, value);
      if (answer === UNKNOWN) return finding(UNKNOWN, [], ["people"]);
      const test = op === "known" ? (value ? "known" : "not known") : `${SIGNS[op]} ${Array.isArray(value) ? `{${value.join(", ")}}` : value}`;
      return finding(answer, [[fact, shown(got), test]]);
    }

    // --- the rare tests a condition cannot say (law/predicates.py)

    /** GDPR Art 4(23): established in several EEA states, or in one while people in several are affected. */
    _cross_border_eea() {
      const eea = this.law.eea;
      const [seats, main] = [this.get("entity.establishments"), this.get("entity.main_establishment")];
      if (main !== undefined && !eea.includes(whole(main))) return finding(NO, [["entity.main_establishment", main, "∈ EEA"]]);
      const told = seats && [...seats].sort();
      const inside = told && new Set(told.map(whole).filter((state) => eea.includes(state)));
      if (inside && !inside.size && main === undefined) return finding(NO, [["entity.establishments", told, "EEA ≥ 1"]]);
      if (inside && inside.size > 1) return finding(YES, [["entity.establishments", told, "EEA > 1"]]);
      const lived = eea.map((state) => [state, this.people.here([state])]);
      const sure = lived.filter(([, one]) => one.low).map(([state]) => state);
      if (sure.length > 1) return finding(YES, [["people", sure, "EEA > 1"]]);
      if (!inside) return finding(UNKNOWN, [], ["entity.establishments"]);
      if (lived.filter(([, one]) => one.high !== 0).length > 1) return finding(UNKNOWN, [], ["people"]);
      return finding(NO, [["people", sure, "EEA > 1"]]);
    }

    /** DORA, Del. Reg. 2025/301 Art 5(1)(a). */
    _dora_four_hours() {
      const classified = this.instant("time.classified_major");
      if (!classified) return finding(UNKNOWN, [], ["time.classified_major"]);
      const names = ["time.aware", "time.determined", "time.detected", "time.discovered"];
      const aware = names.map((name) => this.instant(name)).find(Boolean);
      if (!aware) return finding(YES);
      const zone = this.zone("Europe/Brussels");
      const waited = this.earliest(classified, zone) - this.earliest(aware, zone);
      return finding(of(waited + DAY / 6 <= DAY || waited > DAY), [["time.classified_major", null, "+ 4 h ≤ 24 h, or > 24 h"]]);
    }

    /** Oklahoma SB 626: discovered, determined or notified from 1 January 2026. */
    _oklahoma_2026() {
      const zone = this.zone("America/Chicago");
      for (const name of ["time.determined", "time.individual_notice_sent", "time.individual_notice_planned"]) {
        const one = this.instant(name);
        if (one && this.on(one, zone) >= dayOf(2026, 0, 1)) return finding(YES, [[name, null, "≥ 2026-01-01"]]);
      }
      return finding(NO);
    }

    // --- whether a duty is owed

    answer() { return this.law.items.flatMap((item) => this.made(item)); }

    made(item) {
      let duties = this.seen.get(item.id);
      if (!duties) this.seen.set(item.id, (duties = this.duties(item)));
      return duties;
    }

    duties(item) {
      const order = this.law.orders[item.order];
      const zone = this.zone(order.zone);
      const since = this.law.known_since.map((name) => this.instant(name)).find(Boolean);
      const day = since ? this.on(since, zone) : zone.day(this.at);
      let state = (item.turns || []).filter((turn) => turn <= day).length;
      while (item.states[state] === 0) state -= 1;
      const one = { item, order, ...item.states[state] };
      const judged = this.judge(one);
      const active = ["owed", "unknown", "voluntary"].includes(judged.verdict);
      const to = this.addressees(one);
      return (active ? to : to.slice(0, 1)).map((addressee) => this.duty(one, judged, addressee, active));
    }

    judge(one) {
      const { item, order } = one;
      const reach = this.reach(order.applies);
      const out = (verdict, because, people = null, missing = [], open = [], far = []) => ({ verdict, because, people, missing, open, far });
      if (reach.answer === NO) return out("not_owed", reach.because, this.concerned(one));
      const trigger = one.triggered ? this.ask(order.trigger) : FOUND;
      const whens = (one.whens || []).map((number) => this.ask(number));
      if (one.asleep) {
        const found = every([reach, trigger, ...whens]);
        return out(found.answer === YES ? one.asleep : "not_owed", found.because);
      }
      if (item.kind === "none") return out("not_owed", reach.because);
      const [enough, told] = one.whom ? this.whom(one) : [FOUND, null];
      const condition = every(whens);
      const readable = one.triggered && order.encryption ? this.readable(order.encryption) : FOUND;
      const found = every([reach, trigger, condition, readable, enough]);
      const people = told || this.concerned(one);
      if (found.answer === NO) return out(this.otherwise(item, reach, condition), found.because, people);
      const open = new Set();
      for (const [number, verdict] of item.unless || []) {
        const asked = this.ask(number);
        if (asked.answer === YES) return out(verdict, asked.because, people);
        if (asked.answer === UNKNOWN) asked.missing.forEach((name) => open.add(name));
      }
      const owed = item.kind === "voluntary" ? "voluntary" : "owed";
      const verdict = found.answer === UNKNOWN ? "unknown" : owed;
      return out(verdict, found.because, people, found.missing, [...open], reach.missing);
    }

    reach(applies) {
      if (applies.always) return FOUND;
      const ways = [];
      if (applies.residents) ways.push(counted(this.people.here(applies.residents), "gte", 1, applies.residents_said));
      if (applies.establishments) ways.push(this.seated(applies));
      if (applies.when !== undefined) ways.push(this.ask(applies.when));
      return some(ways);
    }

    seated(applies) {
      const [seats, main] = [this.get("entity.establishments"), this.get("entity.main_establishment")];
      const known = [...new Set([...(seats || []), ...(main ? [main] : [])])].sort();
      const because = [["entity.establishments", known, `∩ {${applies.establishments_said}}`]];
      if (known.some((seat) => within(seat, applies.establishments))) return finding(YES, because);
      return seats === undefined ? finding(UNKNOWN, [], ["entity.establishments"]) : finding(NO, because);
    }

    /** Whether encryption does not save: the data are readable, or the key went with them. */
    readable(rule) {
      const encrypted = this.get("data.encrypted");
      if (encrypted === undefined) {
        const hidden = this.get("data.unintelligible");
        if (hidden === undefined) return finding(UNKNOWN, [], ["data.encrypted"]);
        return finding(of(!hidden), [["data.unintelligible", hidden, "= false"]]);
      }
      if (!encrypted) return finding(YES, [["data.encrypted", false, "= false"]]);
      const key = this.get("data.key_taken");
      if (key === undefined && rule.lost_with_key !== false) return finding(UNKNOWN, [], ["data.key_taken"]);
      if (key && rule.lost_with_key !== false) return finding(YES, [["data.key_taken", true, "= true"]]);
      if (rule.minimum_bits !== null) {
        const bits = this.get("data.encryption_bits");
        if (bits === undefined) return finding(UNKNOWN, [], ["data.encryption_bits"]);
        if (bits < rule.minimum_bits) return finding(YES, [["data.encryption_bits", bits, `< ${rule.minimum_bits}`]]);
      }
      return finding(NO, [["data.encrypted", true, "= false"]]);
    }

    /** Whether there are enough people, and how many. */
    whom({ order, whom }) {
      const kinds = (told) => told.map(([name, number]) => {
        const asked = number === undefined ? FOUND : this.ask(number);
        return { name, answer: asked.answer, missing: asked.missing };
      });
      const lost = whom.lost || { names: [], with_name: [], alone: [] };
      const protects = {
        any: !whom.lost, names: lost.names, minors: whom.minors,
        with_name: kinds(lost.with_name), alone: kinds(lost.alone), narrow: whom.narrow ? kinds(whom.narrow) : null,
      };
      const anybody = !whom.lost && !whom.narrow && !whom.minors;
      const count = (places) => {
        if (this.people.groups) return this.people.count(places, protects);
        const here = places === null ? this.people.everybody() : this.people.here(places);
        return [anybody ? here : bounds(0, here.high), []];
      };
      const places = whom.of ? null : order.places;
      const label = whom.of ? "" : order.label;
      const [here, missing] = count(places);
      let found = counted(here, "gte", 1, label);
      if (whom.threshold) {
        let enough = this.threshold(whom.threshold, here, protects, count, label, order.jurisdiction, anybody);
        if (enough.answer === UNKNOWN && whom.threshold.unknown === "owed") enough = finding(YES, [["people", plain(here), "not known exactly"]]);
        found = every([found, enough]);
      }
      if (found.answer === UNKNOWN && missing.length) found = finding(UNKNOWN, found.because, missing);
      return [found, here];
    }

    threshold(rule, here, protects, count, label, federation, anybody) {
      if (rule.counts === "residents") return counted(here, rule.op, rule.n, label);
      if (rule.counts === "total") return counted(count(null)[0], rule.op, rule.n, "Σ");
      let most = this.people.most(protects, federation);
      if (!this.people.groups && !anybody) most = bounds(0, most.high);
      return counted(most, rule.op, rule.n, "max");
    }

    /** Data were breached but the duty does not arise: still to be recorded, unless an exception is shown. */
    otherwise(item, reach, condition) {
      if (!item.record || condition.answer !== NO || reach.answer !== YES) return "not_owed";
      const excepted = (item.unless || []).some(([number]) => this.ask(number).answer === YES);
      return excepted || !this.get("breach.personal_data") ? "not_owed" : "record_only";
    }

    concerned({ item, order }) {
      if (item.to !== "individuals") return null;
      const seated = order.applies.establishments && this.seated(order.applies).answer === YES;
      const here = seated ? this.people.everybody() : this.people.here(order.places);
      return exact(here) ? here : null;
    }

    // --- to whom (GDPR Arts 55-56)

    addressees({ item, order }) {
      const fallback = { name: null, zone: order.zone, country: "", suffix: "", missing: [] };
      if (!item.route) return [fallback];
      const eea = this.law.eea;
      const find = (place) => {
        const iso = order.authorities[place] ? place : whole(place);
        return order.authorities[iso] && { iso, name: order.authorities[iso][0], zone: order.authorities[iso][1] };
      };
      const made = (found, suffix = "") => ({ name: found.name, zone: found.zone, country: whole(found.iso), suffix, missing: [] });
      const lived = () => eea.filter((state) => this.people.here([state]).low);
      const everywhere = (also) => {
        const found = [...new Set([...lived(), ...also])].sort().map(find).filter(Boolean);
        return found.length ? found.map((one) => made(one, found.length > 1 ? one.iso.toLowerCase() : "")) : [fallback];
      };
      const lead = (place) => { const found = find(place); return [found ? made(found) : fallback]; };
      if (item.route === "each_residence") return everywhere([]);
      const [main, seats] = [this.get("entity.main_establishment"), this.get("entity.establishments")];
      if (main !== undefined && eea.includes(whole(main))) return lead(main);
      if (seats === undefined && main === undefined) return [{ ...fallback, missing: ["entity.establishments"] }];
      const inside = new Map([...(seats || [])].sort().filter((seat) => eea.includes(whole(seat))).map((seat) => [whole(seat), seat]));
      if (main !== undefined || !inside.size) return everywhere(inside.keys());
      if (inside.size === 1) return lead([...inside.values()][0]);
      return [{ ...fallback, missing: ["entity.main_establishment"] }];
    }

    duty(one, judged, to, active) {
      const { item, order } = one;
      const clock = new Clock(this, to, one.due || {});
      let deadline = { due: null, latest: null, clock: null, missing: [] };
      let held = null;
      try {
        if (active) deadline = clock.deadline();
        held = active && item.held ? clock.hold(order.hold, deadline) : null;
        if (held) deadline = held.deadline;
      } catch (error) {
        if (!(error instanceof Beyond)) throw error;
        deadline = { due: null, latest: null, clock: null, missing: [], beyond: "due" };
      }
      const missing = active ? [...judged.missing, ...deadline.missing, ...to.missing] : judged.missing;
      return {
        id: item.id + (to.suffix && active ? `.${to.suffix}` : ""), item: item.id, order: item.order,
        jurisdiction: order.jurisdiction, confidence: item.confidence, kind: item.kind, name: to.name,
        verdict: held && held.active && judged.verdict === "owed" ? "held" : judged.verdict,
        people: judged.people && (judged.verdict === "unknown" ? judged.people.high : judged.people.low),
        due: deadline.due, latest: deadline.latest || null, clock: deadline.clock, beyond: deadline.beyond || "",
        offset: deadline.due === null ? null : clock.zone.offset(deadline.due),
        because: judged.because, missing: [...new Set(missing)], open: judged.open,
        far: judged.far, judged: judged.missing,
        remote: judged.verdict === "unknown" && judged.far.length === 1 && judged.far[0] === "people",
      };
    }

    dueOf(name) {
      if (this.dating.has(name)) return null;
      this.dating.add(name);
      const item = this.law.items.find((one) => one.id === name);
      const duties = this.made(item);
      this.dating.delete(name);
      if (duties.some((duty) => duty.beyond === "due")) throw new Beyond();
      const ends = duties.map((duty) => duty.due).filter((due) => due !== null);
      return ends.length ? Math.min(...ends) : null;
    }
  }

  function compared(got, op, value) {
    if (got.bounds) {
      const any = (list) => list.map((n) => compare(got, "eq", n)).reduce((a, b) => (a === YES || b === YES ? YES : a === UNKNOWN || b === UNKNOWN ? UNKNOWN : NO), NO);
      if (op === "in") return any(value);
      return op === "ne" ? not(any([value])) : compare(got, op, value);
    }
    switch (op) {
      case "eq": return of(got === value);
      case "ne": return of(got !== value);
      case "in": return of(value.includes(got));
      case "has_any": return of(value.some((one) => got.includes(one)));
      case "has_all": return of(value.every((one) => got.includes(one)));
      case "gt": return of(got > value);
      case "gte": return of(got >= value);
      case "lt": return of(got < value);
    }
    return of(got <= value);
  }

  function shown(got) {
    if (got === undefined) return null;
    if (got.bounds) return plain(got);
    if (Array.isArray(got)) return [...got].sort();
    return typeof got === "object" ? null : got;
  }

  // --- what to ask next: what the most urgent duties wait for

  /** Names of facts: first what decides duties of laws that surely reach the case; of these what an owed duty needs, as
   *  to whom it goes; the nearest deadline first; then those that keep more duties open. */
  function questions(duties, known) {
    const waiting = new Map();
    for (const duty of duties) {
      if (!["owed", "unknown", "held", "voluntary"].includes(duty.verdict) || duty.remote) continue;
      for (const name of wanted(duty, known)) {
        const one = waiting.get(name) || { name, soonest: Infinity, reached: false, needed: false, open: false, duties: [] };
        one.soonest = Math.min(one.soonest, duty.due === null ? Infinity : duty.due);
        one.reached ||= !duty.far.length;
        one.needed ||= duty.verdict === "owed" && duty.missing.includes(name) && !name.startsWith("time.");
        one.open ||= duty.verdict === "unknown";
        one.duties.push(duty.id);
        waiting.set(name, one);
      }
    }
    const order = (one) => [!one.reached, !one.needed, one.soonest, !one.open, -one.duties.length];
    return [...waiting.values()].sort((a, b) => differ(order(a), order(b)));
  }

  /** The first of their parts that differ decides. */
  function differ(a, b) {
    const at = a.findIndex((one, place) => one !== b[place]);
    return at < 0 ? 0 : a[at] < b[at] ? -1 : 1;
  }

  function wanted(duty, known) {
    if (duty.far.length) return duty.far;
    if (duty.verdict !== "unknown") return [...new Set([...duty.missing, ...duty.open])];
    const early = (name) => name.startsWith("time.") && !known.includes(name) && !duty.judged.includes(name);
    return duty.missing.filter((name) => !early(name));
  }

  Object.assign(own, {
    /** Every duty of the shelf for one case at one moment (milliseconds). Throws RangeError outside its years. */
    judge(law, told, at) {
      try {
        return new Case(law, told, at).answer();
      } catch (error) {
        if (error instanceof Beyond) throw new RangeError("outside the years of this page");
        throw error;
      }
    },
    /** Facts of a case that cannot both be right. */
    contradictions: (law, told, at) => new Case(law, told, at).contradictions(),
    questions,
  });
})(globalThis);

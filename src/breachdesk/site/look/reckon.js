"use strict";
// Three answers with their reasons, numbers that lie between two, and the people of a case, counted (law/conditions.py,
// law/bounds.py, law/people.py).
(function (page) {
  const own = (page.Breachdesk ??= {});
  const YES = "yes", NO = "no", UNKNOWN = "unknown";
  const not = (answer) => (answer === UNKNOWN ? UNKNOWN : answer === YES ? NO : YES);
  const of = (value) => (value ? YES : NO);

  // --- findings: an answer, the facts that decided, the facts whose absence keeps it open

  const finding = (answer, because = [], missing = []) => ({ answer, because, missing });
  const FOUND = finding(YES);

  function joined(found) {
    const because = new Map();
    const missing = new Set();
    for (const one of found) {
      for (const reason of one.because) because.set(JSON.stringify(reason), reason);
      for (const name of one.missing) missing.add(name);
    }
    return [[...because.values()], [...missing]];
  }

  /** All of them. The first that says no ends it, and its reasons are the reasons. */
  function every(findings) {
    let answer = YES;
    const found = [];
    for (const one of findings) {
      if (one.answer === NO) return one;
      if (one.answer === UNKNOWN) answer = UNKNOWN;
      found.push(one);
    }
    return found.length === 1 ? found[0] : finding(answer, ...joined(found));
  }

  /** One of them. Those that say yes are the reasons. */
  function some(found) {
    const yes = found.filter((one) => one.answer === YES);
    if (yes.length) return finding(YES, joined(yes)[0]);
    return finding(found.some((one) => one.answer === UNKNOWN) ? UNKNOWN : NO, ...joined(found));
  }

  // --- numbers that lie between two; no `high`: no upper bound is known

  const bounds = (low, high) => ({ low, high, bounds: true });
  const exact = (one) => one.low === one.high;
  const plain = (one) => (exact(one) ? one.low : { min: one.low, max: one.high });

  function compare(one, op, n) {
    if (op === "lt") return not(compare(one, "gte", n));
    if (op === "lte") return not(compare(one, "gt", n));
    if (op === "eq") {
      if (exact(one)) return of(one.low === n);
      return n < one.low || (one.high !== null && n > one.high) ? NO : UNKNOWN;
    }
    if (op === "gt" ? one.low > n : one.low >= n) return YES;
    if (one.high === null) return UNKNOWN;
    return (op === "gt" ? one.high > n : one.high >= n) ? UNKNOWN : NO;
  }

  const SIGNS = { eq: "=", ne: "≠", gt: ">", gte: "≥", lt: "<", lte: "≤", in: "∈", has_any: "∩", has_all: "⊇" };

  function counted(one, op, n, label) {
    const answer = compare(one, op, n);
    if (answer === UNKNOWN) return finding(UNKNOWN, [], ["people"]);
    return finding(answer, [["people", plain(one), `${SIGNS[op]} ${n}${label ? ` (${label})` : ""}`]]);
  }

  // --- places

  const whole = (place) => place.split("-")[0];
  const covers = (wanted, place) => place === wanted || place.startsWith(wanted + "-");
  const within = (place, wanted) => wanted.some((one) => covers(one, place));
  const around = (place, wanted) => place === "unknown" || wanted.some((one) => one.startsWith(place + "-"));

  /** The people of a case: listed in groups, or only what summary facts say of them. */
  class People {
    constructor(law, groups, counts, total) {
      this.law = law;
      this.counts = counts;
      this.total = total;
      this.groups = groups && groups.map(([residence, elements, minor, low, high]) => {
        return { residence, elements, minor, low, high, names: satisfied(law, elements) };
      });
    }

    everybody() {
      if (this.groups) return this.sum(this.groups, this.groups);
      if (this.total !== null) return bounds(this.total, this.total);
      const places = Object.keys(this.counts);
      return places.length ? this.here(places) : bounds(0, null);
    }

    sum(sure, possible) {
      return bounds(sure.reduce((n, one) => n + one.low, 0), possible.reduce((n, one) => n + one.high, 0));
    }

    /** How many people live in any of the places, whatever they lost. */
    here(places) {
      if (this.groups) {
        const sure = this.groups.filter((one) => within(one.residence, places));
        return this.sum(sure, this.groups.filter((one) => within(one.residence, places) || around(one.residence, places)));
      }
      const told = Object.entries(this.counts);
      if (!told.length && this.total === null) return bounds(0, null);
      const add = (test) => told.reduce((n, [place, count]) => n + (test(place, places) ? count : 0), 0);
      const inside = add(within);
      return bounds(inside, inside + add(around) + this.unplaced());
    }

    unplaced() {
      if (this.total === null) return 0;
      const places = Object.keys(this.counts);
      const tops = places.filter((one) => !within(one, places.filter((other) => other !== one)));
      return Math.max(0, this.total - tops.reduce((n, place) => n + this.counts[place], 0));
    }

    /** Listed people whose loss surely or possibly counts, living in `places` (null: anywhere). */
    count(places, whom) {
      const sure = [], possible = [], waiting = new Set();
      const open = [...whom.with_name, ...whom.alone, ...(whom.narrow || [])].filter((one) => one.answer === UNKNOWN);
      for (const group of this.groups) {
        const lives = places === null || within(group.residence, places);
        if (!lives && !around(group.residence, places)) continue;
        const [certain, perhaps] = counts(group, whom);
        const aged = !whom.minors || group.minor === (whom.minors === "only" ? "yes" : "no");
        if (!perhaps || !(aged || group.minor === "unknown")) continue;
        possible.push(group);
        if (lives && certain && aged) sure.push(group);
        if (!certain) for (const one of open) if (group.names.has(one.name)) waiting.add(one);
      }
      const missing = new Set(open.filter((one) => waiting.has(one)).flatMap((one) => one.missing));
      return [this.sum(sure, possible), [...missing]];
    }

    /** The count of the single state or country that has most of the people. */
    most(whom, federation) {
      const known = this.groups ? new Set(this.groups.map((one) => one.residence)) : new Set(Object.keys(this.counts));
      known.delete("unknown");
      known.delete(federation);
      const found = [...known].map((place) => (this.groups ? this.count([place], whom)[0] : this.here([place])));
      if (!found.length) return bounds(0, (this.groups ? this.count(null, whom)[0] : this.everybody()).high);
      const highs = found.map((one) => one.high);
      return bounds(Math.max(...found.map((one) => one.low)), highs.includes(null) ? null : Math.max(...highs));
    }
  }

  /** Of a group whether its loss (surely, possibly) counts. */
  function counts(group, whom) {
    const held = (kinds) => {
      const mine = kinds.filter((one) => one.answer !== NO && group.names.has(one.name));
      return [mine.some((one) => one.answer === YES), mine.length > 0];
    };
    let [sure, possible] = [true, true];
    if (!whom.any) {
      const named = !whom.names.length || whom.names.some((name) => group.names.has(name));
      const [together, alone] = [held(whom.with_name), held(whom.alone)];
      [sure, possible] = [0, 1].map((at) => (named && together[at]) || alone[at]);
    }
    if (whom.narrow) {
      const narrow = held(whom.narrow);
      [sure, possible] = [sure && narrow[0], possible && narrow[1]];
    }
    return [sure, possible];
  }

  /** Every name the lost elements satisfy: themselves, what they are a kind of, what laws call them, combinations. */
  function satisfied(law, elements) {
    const found = new Set(elements.flatMap((one) => law.elements[one][0]));
    const lost = (wanted) => elements.some((one) => one === wanted || one.startsWith(wanted + "."));
    for (const one of law.combinations) {
      const any = (names) => !names.length || names.some(lost);
      if (one.all.every(lost) && any(one.any) && any(one.and_any)) one.names.forEach((name) => found.add(name));
    }
    return found;
  }

  own.reckon = {
    YES, NO, UNKNOWN, FOUND, SIGNS, People, not, of, finding, every, some, bounds, exact, plain, compare, counted, whole, covers, within,
  };
})(globalThis);

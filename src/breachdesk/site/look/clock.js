"use strict";
// When: from the event a law names to the last moment of its term (law/clocks.py, law/holding.py).
(function (page) {
  const own = (page.Breachdesk ??= {});
  const { NO, YES, UNKNOWN } = own.reckon;
  const { DAY, Beyond, ymd, dayOf, addMonths, nextDate } = own.days;

  class Clock {
    constructor(one, to, due) {
      this.case = one;
      this.due = due;
      this.own = one.zone(to.zone);
      this.zone = due.zone ? one.zone(due.zone) : this.own;
      const named = due.calendar ?? (to.country ? (due.by_country || {})[to.country] : undefined);
      this.calendar = named ?? one.law.monday_to_friday;
    }

    deadline() {
      const due = this.due;
      const found = due.earliest_of ? this.soonest(due.earliest_of) : this.branch(due.terms || []);
      if (!found || !found.clock) return found || { due: null, latest: null, clock: null, missing: [] };
      if (found.due === null) return found;
      try {
        return { ...found, latest: this.latest(found.due) };
      } catch (error) {
        if (!(error instanceof Beyond)) throw error;
        return { ...found, beyond: "latest" };
      }
    }

    soonest(options) {
      const ends = options.map((term) => this.term(term));
      const missing = [...new Set(ends.flatMap((end) => end.missing))];
      return { ...first(ends), missing };
    }

    /** The first term whose condition holds; while that is open, the earliest of those possible. */
    branch(options) {
      const possible = [], missing = [];
      for (const term of options) {
        const found = term.if === undefined ? null : this.case.ask(term.if);
        if (found && found.answer === NO) continue;
        possible.push(term);
        if (!found || found.answer === YES) break;
        missing.push(...found.missing);
      }
      if (!possible.length) return null;
      if (possible.length === 1 && !missing.length) return this.term(possible[0]);
      const best = first(possible.map((term) => this.term(term)));
      return { ...best, missing: [...new Set([...missing, ...best.missing])] };
    }

    term(term) {
      const none = { due: null, latest: null, clock: null, missing: [] };
      let n = term.n === undefined ? null : term.n;
      let open = [];
      if (term.n_from !== undefined) {
        const told = this.case.facts[term.n_from];
        n = Number.isInteger(told) && told <= this.case.law.longest && term.unit ? told : null;
      }
      if (n !== null && term.double_if !== undefined) {
        const found = this.case.ask(term.double_if);
        if (found.answer === YES) n *= 2;
        if (found.answer === UNKNOWN) open = found.missing;
      }
      const started = this.start(term);
      if (n === null && term.n_from !== undefined) {
        const missing = started ? started.missing : this.unknown(term).missing;
        return { ...none, clock: { start: started ? started.name : term.n_from }, missing: [term.n_from, ...missing] };
      }
      if (n === null && !term.by) return none;
      if (!started) return this.unknown(term, n);
      const clock = { start: started.name, n, unit: term.unit, by: term.by };
      return { due: this.end(term, n, started.instant), latest: null, clock, missing: [...started.missing, ...open] };
    }

    unknown(term, n) {
      const wanted = term.from[0];
      const names = term.from.map((entry) => entry.fact || entry.year_end_of).filter(Boolean);
      const clock = { start: wanted.due_of && term.from.length === 1 ? wanted.due_of : names[0] || wanted.due_of, n, unit: term.unit, by: term.by };
      const missing = wanted.due_of && term.from.length === 1 ? [] : names.slice(0, 1);
      return { due: null, latest: null, clock, missing };
    }

    start(term) {
      const known = (term.from || []).map((entry) => this.entry(entry, term)).filter(Boolean);
      if (!known.length) return null;
      if (!term.pick) return known[0];
      const at = (found) => this.case.earliest(found.instant, this.zone);
      return known.reduce((best, one) => ((term.pick === "earliest" ? at(one) < at(best) : at(one) > at(best)) ? one : best));
    }

    entry(entry, term) {
      const wanted = term.from[0].fact || term.from[0].year_end_of || "";
      const missing = entry.assumed && wanted ? [wanted] : [];
      if (entry.due_of) {
        const end = this.case.dueOf(entry.due_of);
        return end === null ? null : { name: entry.due_of, instant: { at: end }, missing };
      }
      const name = entry.fact || entry.year_end_of;
      let instant = this.case.instant(name);
      if (!instant) return null;
      if (entry.year_end_of) instant = { day: dayOf(ymd(this.case.on(instant, this.zone))[0], 11, 31) };
      return { name, instant, missing };
    }

    end(term, n, instant) {
      if (term.unit === "hours" && n !== null) return this.case.earliest(instant, this.zone) + n * 3600000;
      let day = this.day(term, n, this.case.on(instant, this.zone));
      if (term.roll) day = this.open(day);
      return this.zone.close(day);
    }

    day(term, n, start) {
      if (term.by) return nextDate(start, ...term.by);
      if (term.unit === "business_days") return this.business(term.first_day ? start - 1 : start, n);
      if (term.unit === "calendar_days") return start + n - (term.first_day ? 1 : 0);
      return addMonths(start, n * (term.unit === "years" ? 12 : 1));
    }

    business(day, n) {
      for (let at = 0; at < n; at += 1) day = this.open(day + 1);
      return day;
    }

    open(day) {
      while (!this.works(day)) day += 1;
      return day;
    }

    works(day) {
      const { first: begin, last, calendars } = this.case.law;
      if (day < begin || day > last) throw new Beyond();
      let bits = calendars[this.calendar];
      if (typeof bits === "string") bits = calendars[this.calendar] = Uint8Array.from(atob(bits), (one) => one.charCodeAt(0));
      const at = day - begin;
      return Boolean(bits[at >> 3] & (128 >> (at & 7)));
    }

    /** The latest arguable reading, when it is later than the one to plan on. */
    latest(end) {
      let latest = end;
      if (this.due.latest) {
        const found = this.branch(this.due.latest);
        if (found && found.due !== null) latest = Math.max(latest, found.due);
      }
      if (this.due.eu_1182) latest = Math.max(latest, this.regulation(latest));
      return latest > end ? latest : null;
    }

    /** Reg. 1182/71 Art 3(1) and 3(5): the hour of the event is not counted; two working days. */
    regulation(latest) {
      const term = (this.due.terms || []).find((one) => one.unit === "hours");
      const started = term && this.start(term);
      if (!term || term.n === undefined || !started || started.instant.at === undefined) return latest;
      const begin = started.instant.at;
      const hours = this.zone.nextHour(begin) + term.n * 3600000;
      const second = this.zone.close(this.business(this.zone.day(begin), 2));
      return this.zone.day(second) > this.zone.day(hours) ? second : hours;
    }

    // --- a request of the police to wait (law/holding.py)

    hold(rule, deadline) {
      const told = this.case.facts["hold.law_enforcement"];
      if (!told || !told.start || !rule) return null;
      if (rule.written && !told.written) return { active: false, deadline };
      const zone = this.own;
      const start = this.case.earliest(told.start, zone);
      const ends = told.until ? [this.case.earliest(told.until, zone)] : [];
      if (rule.oral_days !== null && !told.written) ends.push(later(start, rule.oral_days, zone));
      if (rule.longest_days !== null) ends.push(later(start, rule.longest_days, zone));
      const until = ends.length ? Math.min(...ends) : null;
      if (start > this.case.at || (deadline.due !== null && start > deadline.due)) return null;
      const clock = { start: "hold.law_enforcement" };
      if (until === null || until > this.case.at) return { active: true, deadline: { due: null, latest: null, clock, missing: [] } };
      return { active: false, deadline: this.released(rule, deadline, until, clock) };
    }

    released(rule, deadline, until, clock) {
      if (rule.after_release) {
        const { n, unit } = rule.after_release;
        const kept = { zone: this.own, calendar: rule.calendar ?? this.calendar };
        const after = Object.assign(Object.create(Clock.prototype), this, kept);
        const due = after.end({ unit }, n, { at: until });
        if (deadline.due !== null && due <= deadline.due) return deadline;
        return { due, latest: null, clock: { ...clock, n, unit }, missing: [] };
      }
      if (deadline.due !== null && deadline.due > until) return deadline;
      return { due: null, latest: null, clock, missing: [] };
    }
  }

  /** So many days later by the clock on the wall. */
  function later(moment, days, zone) { return zone.moment(moment + zone.offset(moment) + days * DAY); }

  function first(ends) {
    const order = (one) => (one.due === null ? Infinity : one.due);
    return ends.reduce((best, one) => (order(one) < order(best) ? one : best));
  }

  own.Clock = Clock;
})(globalThis);

"use strict";
// Days of the calendar, as days since 1970, and the clocks of a zone (law/terms.py, law/instants.py).
(function (page) {
  const own = (page.Breachdesk ??= {});
  const DAY = 86400000;

  /** A term that ends on a day of which this page does not know whether it is worked on. */
  class Beyond extends Error {}

  const ymd = (day) => { const one = new Date(day * DAY); return [one.getUTCFullYear(), one.getUTCMonth(), one.getUTCDate()]; };
  const dayOf = (year, month, date) => Date.UTC(year, month, date) / DAY;
  const lastOf = (year, month) => new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

  function addMonths(day, n) {
    const [year, month, date] = ymd(day);
    const months = year * 12 + month + n;
    const [y, m] = [Math.floor(months / 12), ((months % 12) + 12) % 12];
    return dayOf(y, m, Math.min(date, lastOf(y, m)));
  }

  function nextDate(after, month, date) {
    const year = ymd(after)[0];
    return [year, year + 1].map((y) => dayOf(y, month - 1, Math.min(date, lastOf(y, month - 1)))).find((day) => day > after);
  }

  class Zone {
    constructor(changes) {
      this.changes = changes;
      this.end = Date.UTC(2060, 0, 1);
    }

    offset(moment) {
      if (moment < this.changes[0][0] * 1000 || moment >= this.end) throw new Beyond();
      return this.before((at) => this.changes[at][0] * 1000 <= moment);
    }

    before(passed) {
      let at = this.changes.length - 1;
      while (at > 0 && !passed(at)) at -= 1;
      return this.changes[at][1] * 1000;
    }

    day(moment) { return Math.floor((moment + this.offset(moment)) / DAY); }

    /** A time by the clock on the wall: the first where it comes twice, moved on by the gap where it is skipped. */
    moment(wall) {
      if (wall >= this.end || wall < this.changes[0][0] * 1000) throw new Beyond();
      const turn = (at) => (this.changes[at][0] + Math.max(this.changes[at - 1][1], this.changes[at][1])) * 1000;
      return wall - this.before((at) => turn(at) <= wall);
    }

    start(day) { return this.moment(day * DAY); }
    close(day) { return this.moment(day * DAY + DAY - 1000); }
    nextHour(moment) { const local = moment + this.offset(moment); return moment - (local % 3600000) + 3600000; }
  }

  own.days = { DAY, Beyond, Zone, ymd, dayOf, addMonths, nextDate };
})(globalThis);

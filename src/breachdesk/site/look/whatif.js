"use strict";
// The form "What if": what somebody enters is judged by `judge.js` on this page and forgotten when the page is closed.
(function (page) {
  const { LAW, WORDS, Breachdesk } = page;
  const DAY = 86400000;
  const say = (key, filling = {}) => Object.entries(filling).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), WORDS.say[key]);
  const number = (n) => new Intl.NumberFormat(WORDS.language).format(n);
  const plural = (n) => new Intl.PluralRules(WORDS.language).select(n);
  const form = (forms, n) => forms[plural(n)] ?? forms.other;
  const counted = (key, n) => form(WORDS.say[key], n).replaceAll("{n}", number(n));

  /** An element with attributes and children; text goes in as text. */
  function make(tag, attributes = {}, ...children) {
    const one = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) one.addEventListener(name.slice(2), value);
      else if (value === true) one.setAttribute(name, "");
      else if (value !== false && value !== null) one.setAttribute(name, value);
    }
    one.append(...children.flat().filter((child) => child !== null && child !== ""));
    return one;
  }

  // --- what is known so far

  const state = { facts: {}, groups: [] };
  let next = 0;
  const fresh = () => `field-${(next += 1)}`;

  function set(name, value) {
    if (value === undefined || value === "" || (Array.isArray(value) && !value.length && name !== "entity.establishments")) delete state.facts[name];
    else state.facts[name] = value;
    answer();
  }

  /** People of whom a place and a number are told. Without any, nobody has said who they are. */
  function groups() {
    const told = state.groups.filter((one) => one.place && one.count !== "");
    return told.length ? told.map((one) => [one.place, [...one.elements], one.minor, Number(one.count), Number(one.count)]) : null;
  }

  // --- fields, by the type of a fact

  const options = (pairs, chosen = "") => pairs.map(([value, text]) => make("option", { value, selected: value === chosen }, text));

  function select(id, pairs, change, chosen = "") {
    return make("select", { id, onchange: (event) => change(event.target.value) }, options([["", say("unknown")], ...pairs], chosen));
  }

  const FIELDS = {
    bool: (id, name) => select(id, [["yes", say("yes")], ["no", say("no")]], (value) => set(name, value === "" ? undefined : value === "yes"), was(name)),
    enum: (id, name) => select(id, choices(name), (value) => set(name, value), state.facts[name]),
    int: (id, name) => numeric(id, name, 1),
    money: (id, name) => numeric(id, name, "any"),
    set: (id, name) => checks(id, choices(name), (chosen) => set(name, chosen)),
    instant: (id, name) => moment(id, (value) => set(name, value), state.facts[name]),
    place: (id, name) => place(id, (code) => set(name, code)),
    places: (id, name) => places(id, (codes) => set(name, codes), state.facts[name] || []),
    hold: (id) => hold(id),
  };

  const was = (name) => (state.facts[name] === undefined ? "" : state.facts[name] ? "yes" : "no");
  const title = (name, option) => (WORDS.choices[name] || {})[option] || option;
  const choices = (name) => WORDS.facts[name][2].map((option) => [option, title(name, option)]);

  function numeric(id, name, step) {
    const read = (event) => set(name, event.target.value === "" || Number(event.target.value) < 0 ? undefined : Number(event.target.value));
    return make("input", { id, type: "number", min: 0, step, inputmode: "numeric", onchange: read });
  }

  function checks(id, pairs, change, chosen = new Set()) {
    const tick = (value) => (event) => { if (event.target.checked) chosen.add(value); else chosen.delete(value); change([...chosen]); };
    const line = ([value, text]) => make("label", {}, make("input", { type: "checkbox", checked: chosen.has(value), onchange: tick(value) }), ` ${text}`);
    return make("div", { id, class: "checks" }, pairs.map(line));
  }

  const local = (ms) => new Date(ms - new Date(ms).getTimezoneOffset() * 60000).toISOString().slice(0, 16);

  /** A day, and the hour where somebody knows it: by the clock of the reader. */
  function moment(id, change, known) {
    const text = known && known.at !== undefined ? local(known.at) : "";
    const [first, last] = [LAW.first, LAW.last].map((day) => new Date(day * DAY).toISOString().slice(0, 10));
    const day = make("input", { id, type: "date", min: first, max: last, value: text.slice(0, 10) });
    const hour = make("input", { type: "time", "aria-label": say("hour"), value: text.slice(11) });
    const read = () => {
      const late = day.value && (day.value < first || day.value > last);
      day.setCustomValidity(late ? say("years", { first, last }) : "");
      if (late) day.reportValidity();
      if (!day.value || late) change(undefined);
      else if (hour.value) change({ at: new Date(`${day.value}T${hour.value}`).getTime() });
      else change({ day: Date.parse(day.value) / DAY });
    };
    day.addEventListener("change", read);
    hour.addEventListener("change", read);
    return make("span", { class: "moment" }, day, hour);
  }

  /** The code of a place somebody wrote: `Germany (DE)`, `Germany` or `DE`; "" when no such place is known. */
  function code(text) {
    const wanted = text.trim().toLocaleLowerCase();
    const inside = /\(([^()]+)\)$/.exec(wanted);
    const told = inside ? inside[1] : wanted;
    const found = Object.entries(WORDS.places).find(([one, name]) => one.toLowerCase() === told || name.toLocaleLowerCase() === wanted);
    return found ? LAW.parts[found[0]] || found[0] : "";
  }

  const named = (one) => (one === "unknown" ? WORDS.places[one] : `${WORDS.places[one] || one} (${one})`);

  function place(id, change, known = "") {
    const input = make("input", { id, list: "places", autocomplete: "off", placeholder: say("place"), value: known ? named(known) : "" });
    input.addEventListener("change", () => {
      const found = code(input.value);
      input.setCustomValidity(input.value && !found ? say("no_place") : "");
      if (input.value && !found) input.reportValidity();
      else if (found) input.value = named(found);
      change(found);
    });
    return input;
  }

  function places(id, change, known) {
    const codes = new Set(known);
    const list = make("span", { class: "chips" });
    const draw = () => {
      const chip = (one) => make("button", { type: "button", class: "chip", title: say("remove"), onclick: () => { codes.delete(one); draw(); change([...codes]); } }, `${named(one)} ×`);
      list.replaceChildren(...[...codes].map(chip));
    };
    const input = place(id, (found) => { if (!found) return; codes.add(found); input.value = ""; draw(); change([...codes]); });
    draw();
    return make("span", {}, list, input);
  }

  function hold(id) {
    const told = {};
    const change = () => set("hold.law_enforcement", told.start ? { start: told.start, until: told.until || null, written: told.written ?? null } : undefined);
    const part = (key, label) => { const own = `${id}-${key}`; return [make("label", { for: own }, label), moment(own, (value) => { told[key] = value; change(); })]; };
    const written = select(`${id}-written`, [["yes", say("yes")], ["no", say("no")]], (value) => { told.written = value === "" ? null : value === "yes"; change(); });
    return make("span", { class: "hold", id }, part("start", say("from")), part("until", say("until")), make("label", { for: `${id}-written` }, say("written")), written);
  }

  function field(name) {
    const id = fresh();
    const [question, help] = WORDS.facts[name] || [name, ""];
    const control = FIELDS[LAW.facts[name]](id, name);
    if (help) control.setAttribute("aria-describedby", `${id}-help`);
    const single = control.id === id && !["set", "hold"].includes(LAW.facts[name]);
    const label = single || control.querySelector(`#${id}`) ? make("label", { for: id }, question) : make("span", { class: "label" }, question);
    return make("div", { class: "field", "data-fact": name }, label, control, help ? make("p", { class: "quiet", id: `${id}-help` }, help) : null);
  }

  // --- the people: who lives where and lost what

  function group(told) {
    const one = { place: "", count: "", elements: new Set(), minor: "unknown", ...told };
    state.groups.push(one);
    const ids = [fresh(), fresh(), fresh(), fresh()];
    const lost = make("span", { class: "quiet" });
    const summary = () => { lost.textContent = one.elements.size ? [...one.elements].map((name) => WORDS.elements[name]).join(", ") : say("nothing_lost"); };
    const change = () => { summary(); answer(); };
    const common = checks(ids[2], WORDS.common.map((name) => [name, WORDS.elements[name]]), change, one.elements);
    const rest = Object.entries(WORDS.elements).filter(([name]) => !WORDS.common.includes(name)).sort((a, b) => a[1].localeCompare(b[1], WORDS.language));
    const add = (event) => {
      const name = event.target.value;
      if (!name || one.elements.has(name)) return;
      one.elements.add(name);
      const untick = (tick) => { if (tick.target.checked) one.elements.add(name); else one.elements.delete(name); change(); };
      common.append(make("label", {}, make("input", { type: "checkbox", checked: true, onchange: untick }), ` ${WORDS.elements[name]}`));
      event.target.value = "";
      change();
    };
    const count = make("input", { id: ids[1], type: "number", min: 0, max: 1e10, step: 1, inputmode: "numeric", value: one.count, onchange: (event) => { one.count = event.target.validity.valid ? event.target.value : ""; answer(); } });
    const minors = [["no", say("adults")], ["yes", say("minors")]];
    const gone = (event) => { state.groups.splice(state.groups.indexOf(one), 1); event.target.closest("fieldset").remove(); answer(); };
    summary();
    return make("fieldset", { class: "group" },
      make("legend", {}, say("group")),
      make("div", { class: "pair" },
        make("div", {}, make("label", { for: ids[0] }, say("lives")), place(ids[0], (found) => { one.place = found; answer(); }, one.place)),
        make("div", {}, make("label", { for: ids[1] }, say("count")), count)),
      make("details", { open: !one.elements.size }, make("summary", {}, say("lost"), " ", lost), common,
        make("label", { for: ids[3] }, say("more")), make("select", { id: ids[3], onchange: add }, options([["", "…"], ...rest]))),
      make("div", { class: "pair" },
        make("div", {}, make("label", { for: `${ids[2]}-age` }, say("age")), select(`${ids[2]}-age`, minors, (value) => { one.minor = value || "unknown"; answer(); }, one.minor === "unknown" ? "" : one.minor)),
        make("div", {}, make("button", { type: "button", onclick: gone }, say("remove")))));
  }

  // --- the answer

  const zoned = (ms, offset) => {
    const sign = offset < 0 ? "−" : "+";
    const [hours, minutes] = [Math.floor(Math.abs(offset) / 3600000), Math.round(Math.abs(offset) / 60000) % 60].map((n) => String(n).padStart(2, "0"));
    return `${new Date(ms + offset).toISOString().slice(0, 16).replace("T", " ")} ${sign}${hours}:${minutes}`;
  };

  function left(due, now) {
    const minutes = Math.floor((due - now) / 60000);
    if (minutes < 0) return make("b", { class: "late" }, say("late"));
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60)];
    return days >= 3 ? counted("days", days) : counted("hours", hours);
  }

  function rule(clock) {
    if (!clock || !clock.start) return "";
    const event = WORDS.facts[clock.start] ? WORDS.facts[clock.start][0] : (WORDS.items[clock.start] || [clock.start])[0];
    if (!clock.n && clock.n !== 0) return say("runs_from", { event });
    return say("term", { n: number(clock.n), unit: form(unit(clock.unit), clock.n), event });
  }

  const unit = (name) => ({ ...WORDS.units[name], many: WORDS.units[name].many || WORDS.units[name].other });

  function value(fact, got) {
    if (got === true || got === false) return say(got ? "yes" : "no");
    if (got === null || got === undefined) return "";
    if (Array.isArray(got)) return got.map((one) => value(fact, one)).join(", ") || "—";
    if (typeof got === "object") return got.max === null ? say("at_least", { n: number(got.min) }) : say("between", { low: number(got.min), high: number(got.max) });
    return typeof got === "number" ? number(got) : WORDS.places[got] || title(fact, got);
  }

  function reason([fact, got, test]) {
    const asked = fact === "people" ? say("people") : question(fact);
    const told = value(fact, got);
    const bound = told && !["people", "int", "money"].includes(fact === "people" ? fact : LAW.facts[fact.startsWith("subjects.count_in.") ? "subjects.count" : fact]);
    return make("li", {}, `${asked} `, make("b", {}, told), bound ? "" : ` ${test}`);
  }

  function question(name) {
    if (name.startsWith("subjects.count_in.")) return WORDS.facts["subjects.count_in.<ISO>"][0].replace("<ISO>", WORDS.places[name.slice(18)] || name.slice(18));
    return (WORDS.facts[name] || [name])[0];
  }

  /** Where a duty stands on the page. `perhaps`: it is open whether the law reaches the case at all. */
  function place_of(duty) {
    if (duty.verdict === "unknown") return duty.far.length ? "perhaps" : "open";
    return { owed: "owed", held: "owed", not_owed: "" }[duty.verdict] ?? "may";
  }

  const PLACES = ["owed", "open", "perhaps", "may"];

  function row(duty, now) {
    const [name, to, standard, where] = WORDS.items[duty.item];
    const times = duty.due === null
      ? [duty.beyond ? say("beyond") : duty.verdict === "owed" || duty.verdict === "unknown" ? standard || say("no_number") : ""]
      : [make("div", {}, zoned(duty.due, duty.offset)), make("div", {}, left(duty.due, now))];
    const why = make("details", {}, make("summary", {}, say("why")),
      duty.because.length ? make("ul", {}, duty.because.map(reason)) : null,
      duty.clock ? make("p", {}, rule(duty.clock)) : null,
      duty.latest !== null ? make("p", {}, say("arguable", { time: zoned(duty.latest, duty.offset) })) : null,
      duty.missing.length ? [make("p", {}, say(duty.verdict === "unknown" ? "waits" : "would_move")), make("ul", {}, duty.missing.map((one) => make("li", {}, question(one))))] : null,
      duty.open.length ? [make("p", {}, say("would_fall")), make("ul", {}, duty.open.map((one) => make("li", {}, question(one))))] : null);
    return make("tbody", { "data-duty": duty.id }, make("tr", {},
      make("th", { scope: "row" }, make("a", { href: `duty/${duty.item}.html`, target: "_blank", rel: "noopener" }, name), make("br"), make("span", { class: "quiet" }, where),
        duty.confidence === "uncertain" ? [make("br"), make("b", { class: "unsure" }, say("uncertain"))] : null),
      make("td", {}, duty.name || to, duty.people ? make("div", { class: "quiet" }, counted("people_n", duty.people)) : null),
      make("td", {}, times, ["owed", "unknown"].includes(duty.verdict) ? null : make("div", { class: "quiet" }, WORDS.verdicts[duty.verdict]))),
      make("tr", { class: "why" }, make("td", { colspan: 3 }, why)));
  }

  function table(duties, now) {
    const heads = ["duty", "to", "by"].map((key) => make("th", { scope: "col" }, say(key)));
    return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, heads)), duties.map((duty) => row(duty, now))));
  }

  const soonest = (a, b) => (a.due ?? Infinity) - (b.due ?? Infinity);
  const at = (id) => document.getElementById(id);
  const asked = new Map();
  const MOST = 8;

  function answer() {
    const now = Date.now();
    const told = { facts: state.facts, groups: groups() };
    let duties;
    try {
      duties = Breachdesk.judge(LAW, told, now);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      at("summary").textContent = say("beyond_all");
      return;
    }
    page.ANSWER = duties;
    const lists = PLACES.map((kind) => [kind, duties.filter((duty) => !duty.remote && place_of(duty) === kind).sort(soonest)]);
    const [owed, open] = lists.map(([, found]) => found);
    const near = owed[0] && owed[0].due !== null ? say("nearest", { duty: WORDS.items[owed[0].item][0], time: zoned(owed[0].due, owed[0].offset) }) : "";
    at("summary").textContent = [counted("owed_n", owed.length), counted("open_n", open.length), near].filter(Boolean).join(" ");
    for (const [kind, found] of lists) {
      at(`${kind}-none`).hidden = found.length > 0;
      at(`${kind}-count`).textContent = number(found.length);
      const opened = new Set([...at(kind).querySelectorAll("tbody:has(details[open])")].map((one) => one.dataset.duty));
      at(kind).replaceChildren(...(found.length ? [table(found, now)] : []));
      at(kind).querySelectorAll("[data-duty]").forEach((one) => { if (opened.has(one.dataset.duty)) one.querySelector("details").open = true; });
    }
    lacking();
    const wrong = Breachdesk.contradictions(LAW, told, now);
    at("wrong").hidden = !wrong.length;
    at("wrong").replaceChildren(...wrong.map(([key, fact, other]) => make("li", {}, WORDS.warnings[key].replaceAll("{fact}", question(fact)).replaceAll("{other}", question(other)))));
    ask(Breachdesk.questions(duties, LAW.known_since));
    at("sheet").value = sheet();
  }

  /** Places for which no law is on the shelf: silence is never to be taken for "nothing is owed". */
  function lacking() {
    const wholes = (place) => place.split("-").map((_, n, parts) => parts.slice(0, n + 1).join("-"));
    const told = [...state.groups.map((one) => one.place), ...(state.facts["entity.establishments"] || [])].filter((one) => one && one !== "unknown");
    const none = [...new Set(told)].filter((one) => !LAW.wholes.includes(one) && !wholes(one).some((part) => LAW.reached.includes(part)));
    at("lacking").hidden = !none.length;
    at("lacking").textContent = none.length ? say("lacking", { places: none.map(named).join(", ") }) : "";
  }

  /** Questions that decide the most. One that was answered stays where it is, to be changed. */
  function ask(wanted) {
    const fixed = new Set([...at("fixed").querySelectorAll("[data-fact]")].map((one) => one.dataset.fact));
    const names = wanted.map((one) => one.name).filter((name) => FIELDS[LAW.facts[name]] && !fixed.has(name));
    const answered = (name) => state.facts[name] !== undefined || asked.get(name).contains(document.activeElement);
    for (const [name, one] of asked) if (!answered(name) && !names.slice(0, MOST).includes(name)) { one.remove(); asked.delete(name); }
    const open = [...asked.keys()].filter((name) => state.facts[name] === undefined).length;
    for (const name of names.filter((one) => !asked.has(one)).slice(0, Math.max(0, MOST - open))) {
      asked.set(name, field(name));
      at("questions").append(asked.get(name));
    }
    for (const [name, one] of asked) {
      const found = wanted.find((other) => other.name === name);
      let line = one.querySelector(".decides");
      if (!line) one.append((line = make("p", { class: "quiet decides" })));
      line.textContent = found ? counted("decides", found.duties.length) : "";
    }
    at("questions-none").hidden = asked.size > 0;
  }

  // --- the case as a fact sheet, to go on with it

  function sheet() {
    const facts = Object.fromEntries(Object.entries(state.facts).map(([name, told]) => [name, written(told)]));
    const people = groups();
    if (people) facts.people = people.map(([residence, elements, minor, count]) => ({ residence, count, elements, ...(minor === "unknown" ? {} : { minor: minor === "yes" }) }));
    return JSON.stringify(facts, null, 2);
  }

  function written(told) {
    if (!told || typeof told !== "object" || Array.isArray(told)) return told;
    if (told.at !== undefined) return new Date(told.at).toISOString().replace(".000Z", "Z");
    if (told.day !== undefined) return new Date(told.day * DAY).toISOString().slice(0, 10);
    return { from: written(told.start), until: written(told.until), ...(told.written === null ? {} : { written: told.written }) };
  }

  // --- the page

  function begin(example) {
    state.facts = { "breach.personal_data": true, "time.aware": { at: Math.floor(Date.now() / 60000) * 60000 }, ...(example ? example.facts : {}) };
    state.groups = [];
    asked.clear();
    at("questions").replaceChildren();
    at("groups").replaceChildren(...(example ? example.groups : [{}]).map(group));
    at("fixed").replaceChildren(...WORDS.first.filter((name) => FIELDS[LAW.facts[name]]).map(field));
    for (const name of Object.keys(state.facts).filter((one) => !WORDS.first.includes(one))) {
      asked.set(name, field(name));
      at("questions").append(asked.get(name));
    }
    answer();
  }

  const EXAMPLE = {
    facts: {
      "breach.confidentiality": true, "entity.role": "controller", "entity.establishments": ["DE"],
      "data.encrypted": false, "breach.exfiltration": "yes", "risk.gdpr": "high",
    },
    groups: [
      { place: "DE", count: 1200, elements: new Set(["name", "email", "bank.account"]), minor: "no" },
      { place: "US-CA", count: 800, elements: new Set(["name", "gov_id.us.ssn"]), minor: "no" },
    ],
  };

  const example = () => ({ facts: EXAMPLE.facts, groups: EXAMPLE.groups.map((one) => ({ ...one, elements: new Set(one.elements) })) });

  document.addEventListener("DOMContentLoaded", () => {
    at("places").append(...options(Object.keys(WORDS.places).map((one) => [named(one), ""])));
    at("add").addEventListener("click", () => { at("groups").append(group({})); });
    at("example").addEventListener("click", () => begin(example()));
    at("clear").addEventListener("click", () => begin(null));
    at("copy").addEventListener("click", () => { at("sheet").select(); document.execCommand("copy"); });
    begin(null);
    document.body.classList.add("ready");
  });
})(globalThis);

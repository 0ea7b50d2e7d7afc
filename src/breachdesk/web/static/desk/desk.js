"use strict";
// Everything works without this file: it counts time down, answers keys, and spares a click here and there.
(function () {
  var root = document.documentElement;
  root.classList.add("js");

  // --- time that is left
  var words = JSON.parse(document.getElementById("span-words").textContent);
  var plural = new Intl.PluralRules(root.lang);
  function span(minutes) {
    var hours = Math.floor(minutes / 60), rest = minutes % 60, days = Math.floor(hours / 24);
    if (minutes < 60) return words.minutes.replace("{n}", minutes);
    if (hours < 12 && rest) return words.hours_minutes.replace("{h}", hours).replace("{m}", rest);
    if (hours < 72) return words.hours.replace("{n}", hours);
    return (words.days[plural.select(days)] || words.days.other).replace("{n}", days);
  }
  function tick() {
    var now = Date.now();
    document.querySelectorAll("time[data-left]").forEach(function (place) {
      var minutes = Math.floor((Date.parse(place.dateTime) - now) / 60000);
      var form = minutes >= 0 ? words["in"] : words[place.dataset.left || "late"];
      place.textContent = form.replace("{span}", span(Math.abs(minutes)));
    });
  }
  tick();
  setInterval(tick, 30000);

  // --- keys: / finds, g and a letter goes, ? helps
  var going = 0;
  document.addEventListener("keydown", function (event) {
    var at = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (at.isContentEditable || /^(input|textarea|select)$/i.test(at.tagName)) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      var link = event.key === "h" ? document.querySelector("a.brand")
        : Array.prototype.find.call(document.querySelectorAll("[data-key]"), function (one) { return one.dataset.key === event.key; });
      if (link) { event.preventDefault(); location.href = link.href; }
      return;
    }
    if (event.key === "g") { going = Date.now(); return; }
    if (event.key === "?") { var keys = document.getElementById("keys"); if (keys && keys.showModal) keys.showModal(); }
    if (event.key === "/") {
      var find = document.querySelector("[data-find], input[type=search]");
      if (find) { event.preventDefault(); find.focus(); }
    }
  });

  // --- a form is sent once
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.dataset.again !== undefined) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // --- a list of a page that narrows while one types
  document.querySelectorAll("input[data-narrow]").forEach(function (input) {
    var rows = document.querySelectorAll(input.dataset.narrow);
    input.addEventListener("input", function () {
      var wanted = input.value.toLocaleLowerCase();
      rows.forEach(function (row) { row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted); });
    });
  });

  // --- a part of the page that follows what one types: the page is asked for as if one had pressed the button
  document.querySelectorAll("form[data-live]").forEach(function (form) {
    var place = document.getElementById(form.dataset.live), waiting = 0, turn = 0;
    function follow() {
      var mine = ++turn, said = new FormData(form);
      said.set("deed", "look");
      fetch(location.href, { method: "POST", body: said }).then(function (answer) { return answer.text(); }).then(function (page) {
        var fresh = new DOMParser().parseFromString(page, "text/html").getElementById(place.id);
        if (mine !== turn || !fresh) return;
        var open = {};
        place.querySelectorAll("details[data-kept]").forEach(function (one) { open[one.dataset.kept] = one.open; });
        fresh.querySelectorAll("details[data-kept]").forEach(function (one) {
          if (one.dataset.kept in open) one.open = open[one.dataset.kept];
        });
        place.replaceChildren.apply(place, Array.prototype.slice.call(fresh.childNodes));
      }).catch(function () {});
    }
    if (place.querySelector("[data-unseen]")) follow();
    form.addEventListener("input", function (event) {
      if (event.target.name === "reason") return;
      clearTimeout(waiting);
      waiting = setTimeout(follow, 400);
    });
  });

  // --- what is copied by a button
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) { button.hidden = true; return; }
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    });
  });

  // --- a page that waits for the worker looks again by itself
  var waits = document.querySelector("[data-look-again]");
  if (waits) setTimeout(function () { if (!document.hidden) location.reload(); }, 1000 * waits.dataset.lookAgain);
})();

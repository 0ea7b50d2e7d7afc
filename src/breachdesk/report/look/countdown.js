(function () {
  var words = JSON.parse(document.getElementById("span-words").textContent);
  var plural = new Intl.PluralRules(document.documentElement.lang);
  function span(minutes) {
    var hours = Math.floor(minutes / 60), rest = minutes % 60, days = Math.floor(hours / 24);
    if (minutes < 60) return words.minutes.replace("{n}", minutes);
    if (hours < 12 && rest) return words.hours_minutes.replace("{h}", hours).replace("{m}", rest);
    if (hours < 72) return words.hours.replace("{n}", hours);
    var form = words.days[plural.select(days)] || words.days.other;
    return form.replace("{n}", days);
  }
  function tick() {
    var now = Date.now();
    document.querySelectorAll("time[data-left]").forEach(function (place) {
      var minutes = Math.floor((Date.parse(place.dateTime) - now) / 60000);
      var form = minutes >= 0 ? words["in"] : words[place.dataset.left || "late"];
      place.textContent = form.replace("{span}", span(Math.abs(minutes)));
    });
    var since = document.getElementById("counted-at");
    if (since) since.hidden = true;
  }
  tick();
  setInterval(tick, 30000);
})();

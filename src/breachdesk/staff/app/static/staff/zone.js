"use strict";
// Somebody new stands in the time zone of their device, until they choose another.
(function () {
  var choice = document.querySelector("select[data-zone]");
  var here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (choice && choice.value === "UTC" && choice.querySelector('option[value="' + CSS.escape(here) + '"]')) choice.value = here;
})();

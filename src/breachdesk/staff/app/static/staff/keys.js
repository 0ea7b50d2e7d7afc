"use strict";
// A security key that was not used, or a browser that would not let it: said on the page, not only in the console.
document.addEventListener("allauth.error", function (event) {
  var said = document.getElementById("key-wrong");
  if (said) { event.preventDefault(); said.hidden = false; }
});

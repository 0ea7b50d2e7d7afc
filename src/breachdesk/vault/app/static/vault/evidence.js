"use strict";
// Sends a large file in parts that may break off: chosen again, it goes on where it stood. Without this file the form
// still sends what is small enough.
(function () {
  var form = document.getElementById("evidence-form");
  if (!form || !window.fetch) return;
  var input = form.querySelector("input[type=file]"), told = document.getElementById("evidence-progress");
  var bar = told.querySelector("progress"), word = told.querySelector("p");
  var token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  function ask(url, body) {
    return fetch(url, { method: "POST", body: body, headers: { "X-CSRFToken": token, "Accept": "application/json" }, credentials: "same-origin" });
  }
  function wait(seconds) { return new Promise(function (done) { setTimeout(done, 1000 * seconds); }); }
  function say(text) { word.textContent = text; }

  // A digest of beginning and end: another file of the same name and size is not gone on with. Only where browsers hash.
  async function mark(file) {
    if (!window.crypto || !crypto.subtle) return "";
    var ends = new Blob([file.slice(0, 1048576), file.slice(Math.max(0, file.size - 1048576))]);
    var digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await ends.arrayBuffer()));
    return Array.from(digest, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  async function send(file) {
    var said = new FormData(form);
    said.delete("file");
    said.set("name", file.name);
    said.set("size", String(file.size));
    said.set("mark", await mark(file));
    var begun = await ask(form.dataset.begin, said), answer = await begun.json();
    if (!begun.ok) throw new Error(answer.error);
    var at = answer.at, part = answer.part, top = form.dataset.begin + answer.upload + "/";
    bar.max = Math.max(file.size, 1);
    for (var failed = 0; at < file.size;) {
      bar.value = at;
      say(told.dataset.sent.replace("{percent}", String(Math.floor(100 * at / file.size))));
      try {
        var sent = await ask(top + "part/?at=" + at, file.slice(at, at + part)), where = await sent.json();
        if (sent.ok || sent.status === 409) { at = where.at; failed = 0; continue; }
        if (sent.status < 500) throw Object.assign(new Error(where.error), { final: true });
        throw new Error("");
      } catch (error) {
        if (error.final || ++failed > 20) throw error;
        say(told.dataset.waiting);
        await wait(Math.min(30, failed * failed));
      }
    }
    bar.value = file.size;
    say(told.dataset.sealing);
    var ended = await ask(top, new URLSearchParams({ "do": "finish" })), last = await ended.json();
    if (!ended.ok) throw new Error(last.error);
    location.href = last.url;
  }

  form.addEventListener("submit", function (event) {
    var file = input.files[0];
    if (!file || !form.reportValidity()) return;
    event.preventDefault();
    event.stopPropagation();
    told.hidden = false;
    form.querySelector("button").disabled = true;
    send(file).catch(function (error) {
      form.querySelector("button").disabled = false;
      say(error.message || told.dataset.failed);
    });
  }, true);
})();

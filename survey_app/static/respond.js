// What the respondents' pages gain where scripts run; without this file they are complete.
// 1. The code in the address (#1234-...) moves into the visible box and leaves the address.
// 2. The code is asked for what it opens, and the form on this page unfolds without a reload.
// 3. Every answer is kept on the server as it is given; the same code goes on elsewhere.
// 4. A form is sent once; without a network it waits on this device until there is one.
// 5. How many questions are left is said, and a section is read aloud where the phone can.
(function () {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const words = document.body.dataset;
  let start, said, answers;

  // --- the code ---------------------------------------------------------------------------

  // The fragment never reaches a server. history.state lives and dies with this tab entry,
  // so a reload finds the code again and nothing is written to storage.
  function takeCode() {
    const typed = decodeURIComponent(location.hash.slice(1));
    if (/^[\d\s.–—-]{8,}$/.test(typed)) {
      history.replaceState({ code: typed }, "", location.pathname + location.search);
    }
    return (history.state && history.state.code) || "";
  }

  function offerInOtherLanguage(code) {
    const link = byId("language");
    if (link) link.hash = code;
  }

  async function open(event) {
    if (event) event.preventDefault();
    if (busy(start)) return;
    const code = start.elements.code.value.trim();
    tell(words.checking);
    try {
      const reply = await post(start.action, new FormData(start), "application/json");
      const json = (reply.headers.get("Content-Type") || "").includes("json");
      if (!json) return start.submit(); // whatever the server says, show it as a page
      tell("");
      show(await reply.json(), code);
    } catch (error) {
      tell(words.offline);
    }
    free(start);
  }

  function show(state, code) {
    history.replaceState({ code }, "", location.pathname + location.search);
    offerInOtherLanguage(code);
    said.innerHTML = state.html;
    start.hidden = !state.box;
    byId("welcome").hidden = !state.box;
    document.querySelector(".head").hidden = state.head === false;
    if (state.open) {
      if (!state.profile) document.querySelectorAll(".profile").forEach((part) => part.remove());
      answers.elements.code.value = code;
      answers.hidden = false;
      fill(state.draft || {});
      count();
    }
    lookAt(said.querySelector("h1, h2") || document.querySelector("h1"));
  }

  function fill(draft) {
    for (const [name, value] of Object.entries(draft)) {
      const field = answers.elements[name];
      if (field) field.value = value;
    }
    if (Object.keys(draft).length) stand(words.resumed);
  }

  function tell(text) {
    byId("doing").textContent = text;
  }

  function lookAt(heading) {
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  function post(url, fields, accept, more) {
    return fetch(url, { method: "POST", headers: { Accept: accept }, body: new URLSearchParams(fields), ...more });
  }

  // --- keeping answers as they are given ----------------------------------------------------

  let changed = false, keeping = 0;

  function keepSoon() {
    changed = true;
    clearTimeout(keeping);
    keeping = setTimeout(keep, 700);
  }

  async function keep() {
    if (!changed || answers.hidden || answers.dataset.sent) return;
    changed = false;
    const fields = new FormData(answers);
    const [campaign, rule, unit] = new URL(answers.action).pathname.split("/").slice(2);
    for (const [name, value] of Object.entries({ campaign, rule, unit })) fields.append(name, value);
    try {
      const reply = await post("/p/draft", fields, "application/json", { keepalive: true });
      if (reply.status >= 500) throw reply;
      if (!answers.dataset.sent) stand(reply.ok ? words.kept : "");
    } catch (error) {
      changed = true;
      stand(words.waiting);
      keeping = setTimeout(keep, 5000);
    }
  }

  function stand(text) {
    const state = byId("state");
    if (state) state.textContent = text;
  }

  // --- sending once -----------------------------------------------------------------------

  function busy(form) {
    if (form.dataset.sent) return true;
    form.dataset.sent = "yes";
    // after the browser has gathered the fields, or the tapped button would be left out
    setTimeout(() => mark(form, true));
    return false;
  }

  function free(form) {
    delete form.dataset.sent;
    setTimeout(() => mark(form, false));
  }

  function mark(form, sent) {
    for (const button of form.querySelectorAll("button")) {
      if (sent) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  async function send(event) {
    event.preventDefault();
    if (busy(answers)) return;
    clearTimeout(keeping);
    stand(words.sending);
    const fields = new URLSearchParams(new FormData(answers));
    const tapped = event.submitter;
    if (tapped && tapped.name) fields.append(tapped.name, tapped.value);
    const letter = { id: `${answers.action} ${fields.get("code")}`, url: answers.action, body: `${fields}`, at: Date.now() };
    if (fields.get("keep")) letter.passing = true; // a pause that did not arrive is only a draft
    else await unsent("readwrite", (box) => box.put(letter));
    if (!(await deliver(letter))) wait(letter);
  }

  // One letter to the server; false when it did not arrive or the server could not keep it.
  async function deliver(letter) {
    let reply, page;
    try {
      reply = await post(letter.url, letter.body, "text/html");
      if (reply.status >= 500) return false;
      page = await reply.text();
    } catch (error) {
      return false;
    }
    waiting = waiting.filter((other) => other.id !== letter.id);
    await unsent("readwrite", (box) => box.delete(letter.id));
    const elsewhere = answers && !answers.hidden && letter.url !== answers.action;
    if (elsewhere) stand(words.delivered); // another form is being filled in here
    else swap(page);
    return true;
  }

  // --- waiting for a network ----------------------------------------------------------------

  const DAY = 86400000;
  let waiting = [];

  function wait(letter) {
    waiting.push(letter);
    stand(words.waiting);
  }

  // Work on the letters kept on this device; nothing where the browser keeps nothing.
  function unsent(mode, work) {
    return new Promise((done) => {
      try {
        const opening = indexedDB.open("cchc", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("unsent", { keyPath: "id" });
        opening.onerror = opening.onblocked = () => done();
        opening.onsuccess = () => {
          const keeping = opening.result.transaction("unsent", mode);
          const asked = work(keeping.objectStore("unsent"));
          keeping.oncomplete = () => done(asked.result);
          keeping.onerror = keeping.onabort = () => done();
        };
      } catch (error) {
        done(); // in-app browsers may keep nothing: the open page is all there is
      }
    });
  }

  let trying = false;

  async function resend() {
    if (trying || !waiting.length) return;
    trying = true;
    for (const letter of [...waiting]) {
      if (Date.now() - letter.at > 30 * DAY) await unsent("readwrite", (box) => box.delete(letter.id));
      else if (!(await deliver(letter))) break;
    }
    trying = false;
  }

  // --- another page in place of this one ------------------------------------------------------

  function swap(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.title = page.title;
    for (const part of ["header", "main"]) {
      document.querySelector(part).replaceWith(page.querySelector(part));
    }
    changed = false;
    begin();
    lookAt(document.querySelector("#said h1, #said h2, main h1"));
  }

  // --- how much is left, and hearing it -----------------------------------------------------

  function unanswered() {
    return [...answers.querySelectorAll("[data-ask]")].filter((question) => {
      const text = question.querySelector("textarea");
      return text ? !text.value.trim() : !question.querySelector(":checked");
    });
  }

  function count() {
    const n = unanswered().length;
    byId("left").hidden = false;
    byId("count").textContent = n ? words.left.replace("{n}", n) : words.full;
  }

  function offerVoice() {
    const speech = window.speechSynthesis;
    if (!speech || !answers) return;
    const language = document.documentElement.lang;
    const voice = speech.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));
    if (!voice) return;
    for (const section of answers.querySelectorAll("section")) {
      if (section.querySelector(".aloud")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet aloud";
      button.textContent = words.aloud;
      button.onclick = () => {
        const speaking = speech.speaking;
        speech.cancel();
        if (speaking) return;
        for (const part of section.querySelectorAll("h2, legend, .legend, fieldset label")) {
          const sentence = new SpeechSynthesisUtterance(part.textContent.trim());
          sentence.lang = voice.lang;
          sentence.voice = voice;
          speech.speak(sentence);
        }
      };
      section.querySelector("h2").after(button);
    }
  }

  // --- beginning --------------------------------------------------------------------------

  function begin() {
    start = byId("start");
    said = byId("said");
    answers = byId("answers");
    if (answers) {
      answers.addEventListener("input", () => { count(); keepSoon(); });
      answers.addEventListener("submit", send);
      if (!answers.hidden) count();
      offerVoice();
    }
    if (start) start.addEventListener("submit", open);
  }

  begin();
  if (start) {
    const code = takeCode();
    if (code) {
      start.elements.code.value = code;
      offerInOtherLanguage(code);
      open();
    }
    // another slip scanned into the same tab changes only the fragment
    addEventListener("hashchange", () => takeCode() && location.reload());
  }
  document.addEventListener("submit", (event) => {
    if (event.target !== start && event.target !== answers && busy(event.target)) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach(free);
  });
  if (window.speechSynthesis) speechSynthesis.onvoiceschanged = offerVoice;

  unsent("readonly", (box) => box.getAll()).then((letters) => {
    waiting.push(...(letters || []));
    resend();
  });
  addEventListener("online", resend);
  setInterval(resend, 15000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") resend();
    else if (answers) keep();
  });
})();

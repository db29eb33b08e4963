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
  const part = (window.cchc = {}); // what poster.js asks of this file, and adds to it
  const also = (name, ...rest) => part[name] && part[name](...rest);

  // --- the code ---------------------------------------------------------------------------

  // The fragment never reaches a server. history.state lives and dies with this tab entry,
  // so a reload finds the code again and nothing is written to storage.
  function takeCode() {
    const typed = codeInAddress();
    if (typed) remember(typed);
    return typed || (history.state && history.state.code) || "";
  }

  function codeInAddress() {
    try {
      const typed = decodeURIComponent(location.hash.slice(1));
      return /^[\d\s.–—-]{8,}$/.test(typed) ? typed : "";
    } catch (error) {
      return ""; // half of an encoded letter is no code
    }
  }

  function remember(code) {
    try {
      history.replaceState({ code }, "", location.pathname + location.search);
    } catch (error) {
      // some in-app browsers forbid it: the code stays in the address, or is typed after a reload
    }
  }

  function offerInOtherLanguage(code) {
    for (const link of document.querySelectorAll("header a")) link.hash = code;
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
    remember(code);
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
    if (!answers.elements.code) return; // without a code nothing could be opened again
    changed = true;
    clearTimeout(keeping);
    keeping = setTimeout(keep, 700);
  }

  async function keep() {
    if (!changed || answers.hidden || answers.dataset.sent) return;
    changed = false;
    const fields = new FormData(answers);
    const own = answers.dataset.keep; // a page of many units knows its own door
    const [campaign, rule, unit] = new URL(answers.action).pathname.split("/").slice(2);
    if (!own) for (const [name, value] of Object.entries({ campaign, rule, unit })) fields.append(name, value);
    try {
      const body = `${new URLSearchParams(fields)}`;
      // a browser carries no more than 64 KiB past the end of a page
      const reply = await post(own || "/p/draft", body, "application/json", { keepalive: body.length < 60000 });
      if (reply.status >= 500) throw reply;
      const told = reply.ok ? {} : await reply.json();
      if (!answers.dataset.sent) stand(reply.ok ? words.kept : told.why || "");
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

  function idOf(form, fields = new FormData(form)) {
    return `${form.action} ${fields.get("code") || fields.get("key")}`;
  }

  let tapped;

  async function send(event) {
    event.preventDefault();
    if (busy(answers)) return;
    clearTimeout(keeping);
    stand(words.sending);
    const fields = new URLSearchParams(new FormData(answers));
    const button = event.submitter || tapped; // phones before 2021 do not say which
    if (button && button.name) fields.append(button.name, button.value);
    const letter = { id: idOf(answers, fields), url: answers.action, body: `${fields}`, at: Date.now() };
    also("sending", letter);
    if (fields.get("keep")) letter.passing = true; // a pause that did not arrive is only a draft
    else await unsent("readwrite", (box) => box.put(letter));
    standing = letter;
    if (!(await deliver(letter))) wait(letter);
  }

  let standing = null; // the letter of the form on this page; any other is somebody else's

  // One letter to the server; false when it did not arrive or the server could not keep it.
  async function deliver(letter) {
    const here = letter === standing && !letter.quiet;
    const pages = letter.url.replace("/by-question", "/by-question/keep");
    const old = !here && pages !== letter.url; // it may overwrite nothing and sends no ballot
    let reply, page;
    if (letter.raw && !(await also("prepare", letter))) return false;
    try {
      reply = await (old
        ? post(pages, `${letter.body}&late=1`, "application/json")
        : post(letter.url, letter.body, "text/html"));
      if (reply.status >= 500 || reply.status === 429) return false;
      if (reply.status === 428) { // a place asks for a fresh challenge, or for its kiosk's secret
        if (letter.again) return false;
        letter.again = letter.raw = true;
        return deliver(letter);
      }
      page = await reply.text();
      if (!old && !read(page).body.dataset.kept) return false; // not our page: a portal, a proxy
    } catch (error) {
      return false;
    }
    if (!here && !reply.ok) return refuse(letter);
    await forget(letter);
    if (here) swap(page);
    else if (!old) tellArrived(letter, page);
    return true;
  }

  // A letter the server will not have stays on this device, and somebody is told.
  async function refuse(letter) {
    waiting = waiting.filter((other) => other !== letter);
    announce(words.refused);
    return true;
  }

  async function forget(letter) {
    waiting = waiting.filter((other) => other.id !== letter.id);
    await unsent("readwrite", (box) => box.delete(letter.id));
  }

  function tellArrived(letter, page) {
    const number = letter.quiet ? null : /\b\d{5}-\d{5}\b/.exec(read(page).querySelector("main").textContent);
    announce(number ? `${words.delivered}: ${number[0]}` : words.delivered);
  }

  // Said where it stays: beside the form being filled in, or above all else.
  function announce(text) {
    if (answers && !answers.hidden) return stand(text);
    const note = byId("arrived") || document.createElement("p");
    note.id = "arrived";
    note.className = "note";
    note.setAttribute("role", "status");
    note.textContent = text;
    document.querySelector("main").prepend(note);
  }

  // --- waiting for a network ----------------------------------------------------------------

  const DAY = 86400000;
  let waiting = [];

  function wait(letter) {
    waiting.push(letter);
    stand(words.waiting);
    also("waits", letter);
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
      if (Date.now() - letter.at > 30 * DAY) await forget(letter);
      else if (!(await deliver(letter)) && !letter.raw) break;
    }
    trying = false;
  }

  // --- another page in place of this one ------------------------------------------------------

  function read(html) {
    return new DOMParser().parseFromString(html, "text/html");
  }

  function swap(html) {
    const page = read(html);
    document.title = page.title;
    for (const part of ["header", "main"]) {
      document.querySelector(part).replaceWith(page.querySelector(part));
    }
    changed = false;
    standing = null;
    begin();
    lookAt((said && said.querySelector("[role=status], h1, h2")) || document.querySelector("main h1"));
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
    const own = { ...words, ...answers.dataset };
    byId("count").textContent = n ? own.left.replace("{n}", n) : own.full;
  }

  function offerVoice() {
    const speech = window.speechSynthesis;
    if (!speech || !answers) return;
    const language = document.documentElement.lang;
    const voice = speech.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));
    if (!voice) return;
    for (const section of answers.querySelectorAll("section")) {
      if (section.querySelector(".aloud, [lang]")) continue; // no voice reads what is marked foreign
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
      tapped = null;
      answers.addEventListener("click", (event) => { tapped = event.target.closest("button"); });
      if (!answers.hidden) count();
      offerVoice();
    }
    if (start) start.addEventListener("submit", open);
    also("begun");
  }

  Object.assign(part, { post, swap, unsent });

  begin();
  if (start) {
    const code = takeCode();
    if (code) {
      start.elements.code.value = code;
      offerInOtherLanguage(code);
      open();
    }
    // another slip scanned into the same tab changes only the fragment
    addEventListener("hashchange", () => codeInAddress() && (takeCode(), location.reload()));
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

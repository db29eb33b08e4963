// What the respondents' pages gain where scripts run; without this file they are complete.
// 1. The code in the address (#1234-...) moves into the visible box and leaves the address.
// 2. The code is asked for what it opens, and the form on this page unfolds without a reload.
// 3. A form is sent once, and how many questions are left is said.
(function () {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const words = document.body.dataset;
  const start = byId("start"), said = byId("said"), answers = byId("answers");

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
      const reply = await fetch(start.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(start)),
      });
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
      count();
    }
    const heading = said.querySelector("h1, h2") || document.querySelector("h1");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  function tell(text) {
    byId("doing").textContent = text;
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
    const left = form.querySelector("#left");
    if (left && sent) left.textContent = words.sending;
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== start && busy(event.target)) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach(free);
  });

  // --- how much is left -------------------------------------------------------------------

  function unanswered() {
    return [...answers.querySelectorAll("[data-ask]")].filter((question) => {
      const text = question.querySelector("textarea");
      return text ? !text.value.trim() : !question.querySelector(":checked");
    });
  }

  function count() {
    const n = unanswered().length, left = byId("left");
    left.hidden = false;
    left.textContent = n ? words.left.replace("{n}", n) : words.full;
  }

  // --- beginning --------------------------------------------------------------------------

  if (answers) {
    answers.addEventListener("input", count);
    if (!answers.hidden) count();
  }
  if (start) {
    start.addEventListener("submit", open);
    const code = takeCode();
    if (code) {
      start.elements.code.value = code;
      offerInOtherLanguage(code);
      open();
    }
    // another slip scanned into the same tab changes only the fragment
    addEventListener("hashchange", () => takeCode() && location.reload());
  }
})();

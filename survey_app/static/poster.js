// What pages of posters and kiosks add to respond.js, which keeps, sends and resends.
// 1. Each ballot gets a random key, so that sending it again is still one ballot.
// 2. On a poster a challenge is solved while the person answers: in a worker, or where
//    workers are blocked in the page itself, by the same file.
// 3. A kiosk wipes its screen after each ballot and after a pause; what waits for a network
//    stays on it until it has arrived.
(function () {
  "use strict";
  const cchc = window.cchc;
  const byId = (id) => document.getElementById(id);
  const first = byId("answers");
  if (!cchc || !first) return;

  const set = { ...first.dataset };
  const kiosk = set.kind === "kiosk";
  let form, work, began = 0;

  // --- a page stands --------------------------------------------------------------------------

  cchc.begun = () => {
    form = byId("answers");
    if (form && !form.elements.key.value) form.elements.key.value = randomKey();
    if (kiosk) stand();
  };

  function randomKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // Nothing is asked of the server until somebody touches the page.
  for (const touch of ["pointerdown", "keydown", "scroll", "input"]) {
    addEventListener(touch, touched, { capture: true, passive: true });
  }

  function touched(event) {
    if (!form) return;
    if (!kiosk && !work) obtain().catch(() => { work = null; });
    if (event.type === "input") began = began || Date.now();
  }

  // --- the challenge --------------------------------------------------------------------------

  // A promise of the solved challenge; "" where the server asks for none or refuses.
  function obtain() {
    work = ask().then((told) => (told.challenge ? solve(told.challenge) : ""));
    return work;
  }

  async function ask() {
    const fields = { place: set.place, secret: secret() };
    const reply = await cchc.post(set.begin, fields, "application/json");
    if (reply.status >= 500) throw reply;
    const told = await reply.json();
    if (form) {
      byId("said").innerHTML = told.html;
      if (!told.open) form.hidden = true;
    }
    return told;
  }

  function solve(challenge) {
    return new Promise((done, fail) => {
      const order = { type: "work", challenge };
      let worker, patience;
      const finish = (solution) => {
        clearTimeout(patience);
        if (worker) worker.terminate();
        if (solution && solution.derivedKey) return done(btoa(JSON.stringify({ challenge, solution })));
        if (form) {
          byId("unable").className = "";
          form.hidden = true;
        }
        fail(new Error("unsolved"));
      };
      const here = () => {
        clearTimeout(patience);
        if (worker) worker.terminate();
        worker = null;
        addEventListener("message", (event) => {
          if (event.source === window && (event.data || {}).type !== "work") finish(event.data);
        });
        inPage().then(() => postMessage(order, location.origin), () => finish());
      };
      try {
        worker = new Worker(set.solver);
        worker.onmessage = (event) => finish(event.data);
        worker.onerror = here;
        worker.postMessage(order);
        patience = setTimeout(here, 45000); // some browsers in apps start one and never run it
      } catch (error) {
        here();
      }
    });
  }

  // The worker's file answers messages wherever it runs; its tries do not hold up the page.
  function inPage() {
    return new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = set.solver;
      script.onload = done;
      script.onerror = fail;
      document.head.append(script);
    });
  }

  // --- sending ----------------------------------------------------------------------------------

  cchc.sending = (letter) => {
    letter.raw = true; // what the server wants to see is added when the letter leaves
    if (kiosk) letter.body += `&seconds=${Math.round((Date.now() - (began || Date.now())) / 1000)}`;
  };

  cchc.prepare = async (letter) => {
    const fields = new URLSearchParams(letter.body);
    try {
      if (kiosk) fields.set("secret", secret());
      else fields.set("altcha", await (work && !letter.again ? work : obtain()));
    } catch (error) {
      work = null;
      return false;
    }
    letter.body = `${fields}`;
    letter.raw = false;
    if (!kiosk) await cchc.unsent("readwrite", (box) => box.put(letter));
    return true;
  };

  let unsaved = false; // a letter that only this page remembers

  cchc.waits = async (letter) => {
    if (!kiosk) return;
    const fields = new URLSearchParams(letter.body);
    fields.set("late", "1");
    fields.delete("secret");
    letter.body = `${fields}`;
    letter.raw = letter.quiet = true; // it arrives while somebody else is at the screen
    const kept = await cchc.unsent("readwrite", (box) => box.put(letter));
    unsaved = kept === undefined;
    if (!unsaved && form && letter.body.includes(form.elements.key.value)) show(byId("kept"));
  };

  // --- a kiosk ------------------------------------------------------------------------------------

  const home = location.pathname;
  let fresh = "", last = 0, wipeAt = 0, askedAt = 0;

  // The fragment never reaches a server; history.state lives and dies with this tab.
  function takeSecret() {
    if (/^#[\d\s.–—-]{8,}$/.test(decodeURIComponent(location.hash))) {
      history.replaceState({ kiosk: location.hash.slice(1) }, "", home + location.search);
    }
  }

  function secret() {
    return (kiosk && history.state && history.state.kiosk) || "";
  }

  function stand() {
    began = wipeAt = askedAt = last = 0;
    if (form) {
      byId("locked").hidden = !!secret();
      form.hidden = !secret();
    }
    if (byId("wipe")) {
      wipeAt = Date.now() + 1000 * set.stay;
      byId("wipe-now").onclick = wipe;
      byId("wipe-stay").onclick = () => {
        wipeAt = 0;
        last = Date.now();
        byId("wipe-soon").hidden = byId("wipe-stay").hidden = true;
      };
    }
    byId("idle-stay").onclick = stay;
    byId("idle-wipe").onclick = wipe;
    byId("idle").oncancel = stay;
    tick();
  }

  function stay() {
    askedAt = 0;
    last = Date.now();
    if (byId("idle").open) byId("idle").close();
  }

  function tick() {
    const now = Date.now();
    if (wipeAt) {
      byId("wipe-left").textContent = Math.max(0, Math.ceil((wipeAt - now) / 1000));
      if (now >= wipeAt) wipe();
    } else if (askedAt) {
      const left = Math.ceil((askedAt + 1000 * set.ask - now) / 1000);
      byId("idle-left").textContent = Math.max(0, left);
      if (left <= 0) wipe();
    } else if (last && now - last >= 1000 * set.idle) {
      askedAt = now;
      byId("idle").showModal();
      tick();
    }
  }

  function wipe() {
    if (window.speechSynthesis) speechSynthesis.cancel();
    if (location.search && navigator.onLine && !unsaved) {
      location.replace(`${home}#${secret()}`); // the next person begins in Vietnamese
    } else {
      cchc.swap(fresh);
    }
  }

  function show(template) {
    const page = new DOMParser().parseFromString(fresh, "text/html");
    page.querySelector("main").replaceChildren(template.content.cloneNode(true), byId("idle").cloneNode(true));
    cchc.swap(page.documentElement.outerHTML);
  }

  function watch() {
    takeSecret();
    const whole = new DOMParser().parseFromString(document.documentElement.outerHTML, "text/html");
    whole.querySelectorAll(".aloud").forEach((button) => button.remove());
    fresh = whole.documentElement.outerHTML;
    for (const touch of ["pointerdown", "keydown", "input"]) {
      addEventListener(touch, () => { if (!askedAt) last = Date.now(); }, { capture: true, passive: true });
    }
    addEventListener("hashchange", () => { takeSecret(); location.reload(); });
    addEventListener("pagehide", () => form && form.reset());
    addEventListener("pageshow", (event) => event.persisted && wipe());
    document.addEventListener("click", (event) => {
      const link = event.target.closest("header a");
      if (!link) return;
      event.preventDefault();
      location.replace(`${link.pathname}${link.search}#${secret()}`);
    });
    setInterval(tick, 1000);
    if (secret()) ask().catch(() => {});
  }

  if (kiosk) watch();
  cchc.begun();
})();

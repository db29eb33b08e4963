// Keying a paper sheet with one hand: a digit takes the box with that code and goes on,
// "." is blank, "/" unreadable, "-" goes back, Enter finds what is left or saves.
// Without script the page is plain radio buttons and a submit button.
"use strict";

const form = document.querySelector("form.keying");
const rows = [...form.querySelectorAll(".key-row")];
const save = form.querySelector("button[type=submit]");
const reason = form.querySelector("input[name=reason]");
const says = form.querySelector("[data-says]");
const count = form.querySelector("[data-count]");
const sound = form.querySelector("[data-sound]");
let current = 0;

const inputs = (row) => [...row.querySelectorAll("input, textarea")];
const box = (row, code) => inputs(row).find((input) => input.value === code && input.type !== "textarea");
const isText = (row) => "text" in row.dataset;
const isContact = (row) => "contact" in row.dataset;

// Free text and the list of units not met may stay as they are; every other row needs a key.
const isDone = (row) => row.hidden || isText(row) || isContact(row) || inputs(row).some((input) => input.checked);

function notMet() {
  const away = new Set(rows.filter((row) => isContact(row) && inputs(row)[0].checked).map((row) => row.dataset.unit));
  for (const row of rows) {
    if (!isContact(row) && row.dataset.unit) row.hidden = away.has(row.dataset.unit);
  }
}

function show() {
  notMet();
  const asked = rows.filter((row) => !row.hidden && !isContact(row) && !isText(row));
  count.textContent = asked.filter(isDone).length;
  count.nextElementSibling.textContent = `/${asked.length}`;
  count.parentElement.classList.toggle("all", asked.every(isDone));
}

function go(place) {
  current = Math.max(0, Math.min(place, rows.length));
  if (current === rows.length) {
    (reason && !reason.value ? reason : save).focus();
    says.textContent = says.dataset.end;
    return;
  }
  const row = rows[current];
  (inputs(row).find((input) => input.checked) ?? inputs(row)[0]).focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" });
}

function step(from, by) {
  let place = from + by;
  while (rows[place]?.hidden) place += by;
  return place;
}

function refuse(row, words) {
  says.textContent = words;
  says.classList.add("refused");
  row?.classList.add("refused");
  setTimeout(() => row?.classList.remove("refused"), 500);
  if (!sound.checked) return;
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.frequency.value = 220;
  tone.connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.12);
  tone.onended = () => audio.close();
}

function key(row, code) {
  if (isContact(row) && code === ".") {
    inputs(row)[0].checked = false;
  } else {
    const found = box(row, code);
    if (!found) {
      refuse(row, says.dataset.refused.replace("§", code));
      return;
    }
    found.checked = true;
    row.classList.remove("missed");
  }
  show();
  go(step(current, 1));
}

function enter() {
  const row = rows[current];
  if (row && isContact(row)) {
    go(rows.findIndex((other, place) => place > current && !isContact(other) && !other.hidden));
    return;
  }
  const missing = (place) => rows.findIndex((other, at) => at >= place && !isDone(other));
  const next = missing(current + 1) >= 0 ? missing(current + 1) : missing(0);
  if (next < 0) {
    form.requestSubmit(save);
    return;
  }
  if (next <= current) refuse(rows[next], says.dataset.left);
  go(next);
}

form.addEventListener("focusin", (event) => {
  const place = rows.indexOf(event.target.closest(".key-row"));
  if (place < 0) return;
  current = place;
  for (const row of rows) row.classList.toggle("current", row === rows[current]);
});

form.addEventListener("change", show);

form.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const inText = event.target.matches("textarea, input[name=reason]");
  const row = current < rows.length ? rows[current] : undefined;
  const act = (what) => {
    event.preventDefault();
    says.textContent = "";
    says.classList.remove("refused");
    what();
  };
  if (event.key === "Enter" && !event.shiftKey) {
    if (event.target === save || event.target.closest("a")) return;
    act(event.target === reason ? () => form.requestSubmit(save) : enter);
    return;
  }
  if (inText) return;
  if (event.key === "-" || event.key === "Backspace" || event.key === "ArrowUp") {
    act(() => go(event.target === save ? step(rows.length, -1) : step(current, -1)));
  } else if (event.key === "ArrowDown") {
    act(() => go(step(current, 1)));
  } else if (/^[0-9./,]$/.test(event.key)) {
    const code = event.key === "," ? "." : event.key; // the decimal key of a Vietnamese number pad
    act(() => (row && event.target !== save ? key(row, code) : refuse(undefined, says.dataset.end)));
  }
});

form.querySelector(".key-keys").hidden = false;
try {
  sound.checked = localStorage.getItem("keying-sound") === "on";
  sound.addEventListener("change", () => localStorage.setItem("keying-sound", sound.checked ? "on" : "off"));
} catch {
  // a browser that keeps nothing still keys
}
show();
const first = rows.findIndex((row) => !isDone(row) || isContact(row));
go(first < 0 ? 0 : first);

// Small comforts of the staff pages; every page works without them.
"use strict";

// A menu that is open closes when one clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.who[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.who[open]")) menu.open = false;
});

// A form is sent once: a second click while the first is under way does nothing. A form that
// answers with a file leaves the page standing, so its button comes back after a while.
const AGAIN_AFTER_MS = 4000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, AGAIN_AFTER_MS);
});

// The tab of the current page is in sight on a narrow screen.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A table that scrolls can be reached and moved with the keyboard, in Safari too.
for (const box of document.querySelectorAll(".table-box")) {
  const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
  if (scrolls && !box.querySelector("a, button, input, select, summary")) box.tabIndex = 0;
}

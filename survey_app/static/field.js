// The progress page between two refreshes: an open message is not closed under one's hands,
// and can be copied with one click. Without script the page is reloaded by hand.
"use strict";

const field = () => document.getElementById("field");

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target === field() && field().querySelector("details[open]")) event.preventDefault();
});

function offerCopies() {
  if (!navigator.clipboard) return;
  for (const button of field().querySelectorAll("button.copy")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  await navigator.clipboard.writeText(button.closest("details").querySelector("textarea").value);
  button.textContent = `✓ ${button.textContent.replace("✓ ", "")}`;
});

document.addEventListener("htmx:afterSettle", offerCopies);
offerCopies();

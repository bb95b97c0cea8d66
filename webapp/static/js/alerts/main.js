// Keys on the page of alerts. The forms work without them.

import { walkCards } from "../walk.js";

const walk = walkCards(".alert[id]", {
  kept: "alerts-at",
  buttons: ".alerts-page form[method=post] button",
});

function answer(which) {
  const form = walk.current()?.querySelector(`[data-answer="${which}"]`);
  if (form) form.open = true;
}

// What is opened is filled in next: the first field is ready for typing.
document.addEventListener("toggle", (event) => {
  const form = event.target;
  if (!form.matches?.("[data-answer]") || !form.open) return;
  form.querySelector("textarea[required], input:not([type=hidden]), textarea")?.focus();
  form.scrollIntoView({ block: "nearest" });
}, true);

function close() {
  const open = walk.current()?.querySelector("[data-answer][open]");
  if (!open) return;
  open.open = false;
  walk.current().focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") return close();
  if (event.target.matches("input, textarea, select, summary, a, button") && event.key.length > 1) return;
  if (event.target.matches("input, textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "x") answer("confirm");
  else if (key === "b") answer("dismiss");
  else if (key === "z") document.querySelector('[data-key="z"]')?.click();
  else if (key === "arrowdown" || key === "j") walk.move(1);
  else if (key === "arrowup" || key === "k") walk.move(-1);
  else return;
  event.preventDefault();
});

const filters = document.getElementById("filters");
filters?.querySelector("select").addEventListener("change", () => filters.requestSubmit());
filters?.querySelector("button").toggleAttribute("hidden", true);

// The form of a campaign: only the chosen way to give the area shows; communes are found as one types.

import { t } from "../words.js";

const form = document.querySelector(".drive-form");
const input = document.getElementById("find");
const list = document.getElementById("found");
const chosen = document.getElementById("chosen");
let results = [];
let at = -1;
let asked = 0;

function showPart() {
  const area = form.elements.area.value;
  for (const part of form.querySelectorAll("[data-area]")) part.hidden = part.dataset.area !== area;
}

function item(found, index) {
  const li = document.createElement("li");
  li.setAttribute("role", "option");
  li.id = `found-${index}`;
  li.setAttribute("aria-selected", String(index === at));
  if (!found.allowed) li.setAttribute("aria-disabled", "true");
  const more = document.createElement("span");
  more.className = "muted small";
  more.textContent = [found.province, found.hint, found.allowed ? "" : t("ngoài phạm vi của tài khoản")].filter(Boolean).join(" · ");
  li.append(found.name, more);
  li.addEventListener("mousedown", (event) => { event.preventDefault(); choose(found); });
  return li;
}

function draw() {
  list.replaceChildren(...results.map(item));
  list.hidden = results.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  if (at >= 0) input.setAttribute("aria-activedescendant", `found-${at}`);
  else input.removeAttribute("aria-activedescendant");
}

function close() { results = []; at = -1; draw(); }

function choose(found) {
  if (!found || !found.allowed) return;
  let box = chosen.querySelector(`input[value="${found.code}"]`);
  if (!box) {
    const li = document.createElement("li");
    const label = document.createElement("label");
    box = document.createElement("input");
    box.type = "checkbox";
    box.name = "commune";
    box.value = found.code;
    label.append(box, ` ${found.name}, ${found.province}`);
    li.append(label);
    chosen.append(li);
  }
  box.checked = true;
  input.value = "";
  close();
}

async function search() {
  const typed = input.value.trim();
  const mine = ++asked;
  if (typed.length < 2) { close(); return; }
  const answer = await fetch(`/api/review/communes?${new URLSearchParams({ q: typed })}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (mine !== asked || !answer || !answer.ok) return;
  results = await answer.json();
  at = results.length ? 0 : -1;
  draw();
}

form.addEventListener("change", (event) => { if (event.target.name === "area") showPart(); });
input.addEventListener("input", search);
input.addEventListener("blur", close);
input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!results.length) return;
    event.preventDefault();
    at = (at + (event.key === "ArrowDown" ? 1 : -1) + results.length) % results.length;
    draw();
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (at >= 0) choose(results[at]);
    else search();
  } else if (event.key === "Escape") close();
});
showPart();

// The review queue by keyboard, mouse and touch: the next question is there before the answer is stored.

import { byId, el, formatNumber } from "../dom.js";
import { startFinding } from "./find.js";
import { settle, startKeys } from "./keys.js";
import { ask, piece, post } from "./send.js";
import { t } from "../words.js";

const AHEAD = 3;
const TOAST_MS = 6000;
const desk = byId("review");
const queue = byId("queue");
const place = byId("question");
const query = desk?.dataset.query ?? "";
const ready = new Map();
const taken = [];
let last = Promise.resolve();
let toastTimer = 0;

const lines = () => [...queue.querySelectorAll("li[data-id]")];
const lineOf = (id) => queue.querySelector(`li[data-id="${CSS.escape(id)}"]`);
const article = () => place.querySelector("article");
const marked = () => queue.querySelector("a[aria-current]")?.parentElement ?? null;
const busy = () => place.hasAttribute("aria-busy");

function tell(message, undo) {
  const node = byId("toast");
  node.replaceChildren(message);
  if (undo) {
    const button = el("button", { type: "button", class: "toast-undo" }, t("Hoàn tác"));
    button.addEventListener("click", takeBack);
    node.append(button);
  }
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, TOAST_MS);
}

function fetched(id) {
  if (!ready.has(id)) {
    const asked = piece(`/review/questions/${encodeURIComponent(id)}${query ? `?${query}` : ""}`);
    asked.catch(() => ready.delete(id));
    ready.set(id, asked);
  }
  return ready.get(id);
}

async function open(line, { focus = false } = {}) {
  if (!line) return finish();
  const { id } = line.dataset;
  mark(line);
  place.setAttribute("aria-busy", "true");
  let made;
  try {
    made = await fetched(id);
  } catch (failure) {
    place.removeAttribute("aria-busy");
    if (failure.status !== 404) return tell(failure.message);
    const next = neighbour(line);
    drop(line);
    tell(failure.message);
    return open(next);
  }
  if (marked() !== line) return; // another was opened meanwhile
  place.removeAttribute("aria-busy");
  const other = article()?.dataset.id !== id;
  place.replaceChildren(...made.map((node) => node.cloneNode(true)));
  if (other) settle(place);
  prepare();
  if (focus) article().focus({ preventScroll: true });
  if (place.getBoundingClientRect().top < 0) place.scrollIntoView({ block: "start" });
  ahead(line);
}

function mark(line) {
  for (const link of queue.querySelectorAll("a[aria-current]")) link.removeAttribute("aria-current");
  line.querySelector("a").setAttribute("aria-current", "true");
  line.scrollIntoView({ block: "nearest" });
  history.replaceState(null, "", line.querySelector("a").href);
}

function ahead(line) {
  let next = line;
  for (let i = 0; i < AHEAD && next; i += 1) {
    next = next.nextElementSibling;
    if (next?.dataset.id) fetched(next.dataset.id).catch(() => {});
  }
  if (!next || next.classList.contains("more")) more();
}

async function more() {
  const link = queue.querySelector("[data-more]");
  if (!link || link.dataset.asked) return;
  link.dataset.asked = "1";
  try {
    const made = await piece(`/review/list?${new URL(link.href).searchParams}`);
    const known = new Set(lines().map((line) => line.dataset.id));
    link.parentElement.replaceWith(...made.filter((node) => !known.has(node.dataset?.id)));
  } catch (failure) {
    delete link.dataset.asked;
    tell(failure.message);
  }
}

function prepare() {
  const shown = article();
  if (!shown) return;
  for (const button of shown.querySelectorAll("[data-skip]")) button.hidden = false;
  startFinding(shown, answer);
  for (const kind of ["mouseover", "mouseout", "focusin", "focusout"]) {
    shown.addEventListener(kind, (event) => light(event, kind === "mouseover" || kind === "focusin"));
  }
}

function light(event, on) {
  const code = event.target.closest?.("[data-code]")?.dataset.code;
  if (!code) return;
  for (const node of article().querySelectorAll(`[data-code="${CSS.escape(code)}"]`)) node.classList.toggle("lit", on);
}

const neighbour = (line) => [line.nextElementSibling, line.previousElementSibling].find((each) => each?.dataset.id) ?? null;

function drop(line) {
  count(-Number(line.dataset.n), -1);
  line.remove();
}

function count(rows, questions) {
  for (const [id, step] of [["waiting", rows], ["questions", questions]]) {
    const value = Number(byId(id).textContent.replace(/\D/g, "")) + step;
    byId(id).textContent = formatNumber(Math.max(value, 0));
  }
}

function told(waiting) {
  for (const node of document.querySelectorAll(".bar-count")) {
    node.textContent = formatNumber(waiting);
    node.hidden = waiting === 0;
  }
}

// The answer counts at once; should the site refuse it, the question comes back.
function answer(code, name) {
  const shown = article();
  const line = lineOf(shown?.dataset.id ?? "");
  if (!line || busy() || shown.dataset.sent) return;
  shown.dataset.sent = "1";
  const body = { rows: shown.dataset.rows, seen: shown.dataset.seen, commune: code || null, remember: byId("remember")?.checked ?? false };
  const act = { line, before: line.nextElementSibling, id: 0 };
  const next = neighbour(line);
  drop(line);
  const n = formatNumber(Number(line.dataset.n));
  tell(code ? t("{n} dòng → {name}", { n, name }) : t("{n} dòng: không xác định được xã", { n }));
  if (next) open(next);
  else place.setAttribute("aria-busy", "true");
  taken.push(act);
  last = last.then(() => store(act, body));
  if (!next) last.then(finish);
}

async function store(act, body) {
  try {
    const done = await post("/api/review/decisions", body);
    act.id = done.id;
    told(done.waiting);
    if (taken.at(-1) === act) tell(done.told, true);
    log();
  } catch (failure) {
    taken.splice(taken.indexOf(act), 1);
    if (failure.status === 409) return tell(failure.message);
    putBack(act);
    open(act.line);
    tell(failure.message);
  }
}

function putBack({ line, before }) {
  if (before?.isConnected) before.before(line);
  else queue.prepend(line);
  count(Number(line.dataset.n), 1);
  ready.delete(line.dataset.id);
}

function takeBack() {
  const act = taken.pop();
  const mine = document.querySelector("[data-undo][data-mine]");
  if (!act && !mine) return tell(t("Không còn quyết định nào của bạn để hoàn tác."));
  last = last.then(async () => {
    const id = act ? act.id : Number(mine.dataset.undo);
    if (!id) return;
    try {
      const done = await post(`/api/review/decisions/${id}/undo`);
      told(done.waiting);
      if (!act || !queue) return location.reload();
      putBack(act);
      open(act.line, { focus: true });
      tell(done.told);
      log();
    } catch (failure) {
      tell(failure.message);
    }
  });
}

// Undoing from the list of decisions: one made on this page comes back to its place.
async function undoListed(event) {
  const button = event.target.closest("[data-undo]");
  if (!button || !queue) return;
  event.preventDefault();
  const id = Number(button.dataset.undo);
  const at = taken.findIndex((act) => act.id === id);
  if (at >= 0) {
    taken.push(...taken.splice(at, 1));
    return takeBack();
  }
  button.disabled = true;
  try {
    await post(`/api/review/decisions/${id}/undo`);
    location.reload();
  } catch (failure) {
    tell(failure.message);
  }
}

let logAsked = 0;

async function log() {
  const turn = ++logAsked;
  const made = await piece(`/review/log${query ? `?${query}` : ""}`).catch(() => null);
  if (made && turn === logAsked) byId("log").replaceChildren(...made);
}

function finish() {
  if (lines().length) return open(lines()[0]);
  return last.then(() => location.assign(`/review${query ? `?${query}` : ""}`));
}

function skip(step) {
  const line = marked();
  const all = lines();
  if (!all.length) return;
  const at = line ? all.indexOf(line) + step : 0;
  if (at >= all.length) return tell(t("Đã đến cuối danh sách."));
  open(all[Math.max(at, 0)]);
}

const KEYS = {
  always: { s: () => skip(1), j: () => skip(1), k: () => skip(-1), z: takeBack },
  settled: {
    0: () => answer(""),
    x: () => answer(""),
    n: () => { const box = byId("remember"); if (box) box.checked = !box.checked; },
  },
  pick: (key) => {
    const button = article()?.querySelector(`button[data-key="${key}"]:enabled`);
    if (button) answer(button.dataset.code, button.dataset.name);
  },
  takeBack,
  tell,
};

function onClick(event) {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  const choice = event.target.closest("#question button[data-code]");
  const link = event.target.closest("#queue a");
  if (choice) {
    event.preventDefault();
    answer(choice.dataset.code, choice.dataset.name);
  } else if (event.target.closest("[data-skip]")) skip(1);
  else if (link && plain) {
    event.preventDefault();
    if (link.dataset.more !== undefined) more();
    else open(link.parentElement);
  }
}

byId("filters")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
if (byId("filter")) byId("filter").hidden = true;
if (desk) {
  startKeys(place, KEYS);
  desk.addEventListener("click", onClick);
  byId("log").addEventListener("click", undoListed);
  prepare();
  if (marked()) ahead(marked());
  ask("/api/review/communes?q=xa").catch(() => {}); // the names are there when they are looked for
} else {
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "z" && !event.target.closest("input, select, textarea")) takeBack();
  });
}
document.documentElement.dataset.ready = "true";

// The bar of months: what was recorded when, a handle at the last day, and play.

import { ask, viewQuery } from "./api.js";
import { byId, el, formatDate, formatNumber, svg } from "./dom.js";
import { change, page, state } from "./state.js";

const MONTHS_SHOWN = 30;
const STEP_MS = 900;
let counts = new Map();
let timer = 0;

export async function loadMonths() {
  const found = await ask("months", viewQuery());
  if (found) counts = new Map(found.months.map(({ month, n }) => [month, n]));
  drawMonths();
}

const lastDay = (month) => {
  const [year, number] = month.split("-").map(Number);
  return `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, "0")}`;
};

function following(month, step) {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + step, 1)).toISOString().slice(0, 7);
}

function shownMonths() {
  const current = state.to.slice(0, 7);
  const newest = [page.today.slice(0, 7), current, ...counts.keys()].sort().at(-1);
  const last = following(current, 12) < newest ? following(current, 12) : newest;
  return Array.from({ length: MONTHS_SHOWN }, (_, index) => following(last, index - MONTHS_SHOWN + 1));
}

export function drawMonths() {
  byId("as-of").textContent = `Tình trạng đến ${formatDate(state.to)}`;
  const months = shownMonths();
  const roomy = byId("months").clientWidth / months.length > 30;
  const most = Math.max(1, ...months.map((month) => counts.get(month) ?? 0));
  byId("months").replaceChildren(...months.map((month) => monthButton(month, most, roomy)));
}

function monthButton(month, most, roomy) {
  const n = counts.get(month) ?? 0;
  const [year, number] = month.split("-");
  const inside = month >= state.from.slice(0, 7) && month <= state.to.slice(0, 7);
  const height = n ? Math.max(2, (n / most) * 46) : 1;
  const bar = svg("svg", { viewBox: "0 0 20 48", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { class: inside ? "bar-in" : "bar-out", x: 0, y: 48 - height, width: 20, height, rx: 1 }));
  const name = `Tháng ${Number(number)}/${year}: ${formatNumber(n)} vụ`;
  const button = el("button", { type: "button", title: name, "aria-label": `${name}. Xem tình trạng đến hết tháng này`, "aria-current": month === state.to.slice(0, 7) ? "true" : null }, bar, monthLabel(year, Number(number), roomy));
  button.addEventListener("click", () => showUntil(month));
  return button;
}

// Where months stand close every third is named, January by its year.
function monthLabel(year, number, roomy) {
  if (number === 1) return year;
  return roomy || number % 3 === 1 ? String(number) : "\u00a0";
}

function showUntil(month, step = true) {
  const to = lastDay(month) > page.today && month === page.today.slice(0, 7) ? page.today : lastDay(month);
  const from = state.from <= to ? state.from : `${following(month, -11)}-01`;
  change({ to, from }, { step });
}

export function startPlay() {
  byId("play").addEventListener("click", () => (timer ? stop() : play()));
}

function play() {
  byId("play").textContent = "❚❚ Dừng";
  byId("play").setAttribute("aria-pressed", "true");
  const end = shownMonths().at(-1);
  let month = state.to.slice(0, 7) >= end ? following(end, -11) : state.to.slice(0, 7);
  timer = setInterval(() => {
    month = following(month, 1);
    showUntil(month, false);
    if (month >= end) stop();
  }, STEP_MS);
}

function stop() {
  clearInterval(timer);
  timer = 0;
  byId("play").textContent = "▶ Phát theo tháng";
  byId("play").setAttribute("aria-pressed", "false");
}

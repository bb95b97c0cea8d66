// The bar of months: what was recorded when, a handle at the last day, and play.

import { ask, viewQuery } from "./api.js";
import { byId, el, formatDate, formatNumber, svg, toast } from "./dom.js";
import { showFilters } from "./filters.js";
import { address, change, page, state } from "./state.js";
import { drawStep, endStory, fetchStory, hasStory } from "./story.js";
import { t } from "./words.js";

const MONTH_PX = 15; // the least width of a month
const FEWEST = 12;
const MOST = 72; // as many months as a story tells
const STEPS_A_SECOND = 6; // at speed 1; five are promised, also where a step comes late
const KEY_PAUSE_MS = 500; // arrows pressed within it are one step back

let counts = new Map();
let bars = []; // {month, rect} of the months shown
let last = null; // the last month shown
let from = null; // where the view began before the handle was moved, and the beginning it got then
let movedFrom = null;
let committing = 0;
let playing = 0; // number of the play that is going on, 0 when none

const slider = byId("month");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export async function loadMonths() {
  const found = await ask("months", viewQuery());
  if (found) counts = new Map(found.months.map(({ month, n }) => [month, n]));
  drawMonths();
}

const lastDay = (month) => {
  const [year, number] = month.split("-").map(Number);
  const end = `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, "0")}`;
  return end > page.today && month === page.today.slice(0, 7) ? page.today : end;
};

function following(month, step) {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + step, 1)).toISOString().slice(0, 7);
}

const monthOf = (day) => day.slice(0, 7);
const newest = () => [monthOf(page.today), monthOf(state.to), ...counts.keys()].sort().at(-1);
const oldest = () => [monthOf(state.to), ...counts.keys()].sort()[0];
const monthsBetween = (a, b) => (Number(b.slice(0, 4)) - Number(a.slice(0, 4))) * 12 + Number(b.slice(5)) - Number(a.slice(5));

// As many months as there is room for; the month of the last day is always among them.
function shownMonths() {
  const room = Math.floor(byId("months").clientWidth / MONTH_PX);
  const all = monthsBetween(oldest(), newest()) + 1;
  const n = Math.min(Math.max(FEWEST, Math.min(room, all)), MOST);
  const current = monthOf(state.to);
  last = last === null || last > newest() ? newest() : last;
  if (current > last) last = following(current, 6) < newest() ? following(current, 6) : newest();
  if (current < following(last, 1 - n)) last = following(current, n - 7);
  return Array.from({ length: n }, (_, index) => following(last, index - n + 1));
}

export function drawMonths() {
  if (state.from !== movedFrom) from = movedFrom = state.from;
  const months = shownMonths();
  const roomy = byId("months").clientWidth / months.length > 30;
  const most = Math.max(1, ...months.map((month) => counts.get(month) ?? 0));
  bars = months.map((month) => bar(month, most));
  byId("month-bars").replaceChildren(...bars.map(({ month, drawn }) => el("div", {}, drawn, el("span", {}, monthLabel(month, roomy)))));
  slider.max = months.length - 1;
  byId("months").style.setProperty("--months", months.length);
  byId("months-back").disabled = months[0] <= oldest();
  byId("months-on").disabled = last >= newest();
  showHandle();
}

function bar(month, most) {
  const n = counts.get(month) ?? 0;
  const height = n ? Math.max(2, (n / most) * 46) : 1;
  const rect = svg("rect", { x: 0, y: 48 - height, width: 20, height, rx: 1 });
  return { month, rect, drawn: svg("svg", { viewBox: "0 0 20 48", preserveAspectRatio: "none" }, rect) };
}

// Where months stand close every third is named, January by its year.
function monthLabel(month, roomy) {
  const [year, number] = [month.slice(0, 4), Number(month.slice(5))];
  if (number === 1) return year;
  return roomy || number % 3 === 1 ? String(number) : "\u00a0";
}

const told = (month) => t("Tháng {month}: {n} vụ", { month: `${month.slice(5)}/${month.slice(0, 4)}`, n: formatNumber(counts.get(month) ?? 0) });

function showHandle() {
  byId("as-of").textContent = t("Tình trạng đến {day}", { day: formatDate(state.to) });
  const current = monthOf(state.to);
  slider.value = bars.findIndex(({ month }) => month === current);
  slider.setAttribute("aria-valuetext", `${formatDate(state.to)}. ${told(current)}`);
  for (const { month, rect } of bars) rect.setAttribute("class", month >= monthOf(state.from) && month <= current ? "bar-in" : "bar-out");
}

// The handle -----------------------------------------------------------------

// A view that would begin after its end begins a year before it instead.
function daysUntil(month) {
  const to = lastDay(month);
  return { to, from: from <= to ? from : `${following(month, -11)}-01` };
}

function moveTo(month) {
  Object.assign(state, daysUntil(month));
  movedFrom = state.from;
}

// Shows a month without a step in the address; from the story as soon as it is there.
function preview(month, lively) {
  moveTo(month);
  showHandle();
  showFilters();
  if (!state.cmp) drawStep({ lively });
}

function commit() {
  clearTimeout(committing);
  committing = 0;
  endStory();
  change({ from: state.from, to: state.to }, { step: address() !== location.pathname + location.search });
}

function onSlide() {
  stop();
  preview(bars[Number(slider.value)].month, true);
  if (!state.cmp && !hasStory()) fetchStory(from).then(() => { if (committing === 0 || hasStory()) drawStep({ lively: true }); });
}

const prefetch = () => { if (!state.cmp) fetchStory(from); };

function shift(step) {
  const n = bars.length;
  last = [following(last, step), following(oldest(), n - 1)].sort().at(-1);
  if (last > newest()) last = newest();
  const [first, current] = [following(last, 1 - n), monthOf(state.to)];
  if (current < first || current > last) showUntil(current < first ? first : last);
  else drawMonths();
}

function showUntil(month) {
  moveTo(month);
  drawStep();
  drawMonths();
  commit();
}

export function startPlay() {
  byId("play").addEventListener("click", () => (playing ? stop() : play()));
  byId("months-back").addEventListener("click", () => shift(-12));
  byId("months-on").addEventListener("click", () => shift(12));
  slider.addEventListener("input", onSlide);
  slider.addEventListener("change", () => {
    clearTimeout(committing);
    committing = setTimeout(commit, KEY_PAUSE_MS);
  });
  slider.addEventListener("pointerup", () => setTimeout(() => { if (committing) commit(); }));
  slider.addEventListener("pointermove", (event) => {
    const { left, width } = byId("months").getBoundingClientRect();
    const at = bars[Math.floor(((event.clientX - left) / width) * bars.length)];
    slider.title = at ? told(at.month) : "";
  });
  for (const node of [slider, byId("play")]) for (const event of ["pointerenter", "focus"]) node.addEventListener(event, prefetch);
  if (calm.matches) byId("speed").value = "0.5";
  addEventListener("resize", () => { if (!playing) drawMonths(); });
}

// Play -----------------------------------------------------------------------

function showPlaying(on) {
  byId("play-sign").textContent = on ? "❚❚" : "▶";
  byId("play-word").textContent = on ? t("Dừng") : t("Phát theo tháng");
  byId("play").setAttribute("aria-pressed", String(on));
  byId("stage").classList.toggle("in-motion", on);
}

async function play() {
  const mine = playing = Date.now();
  showPlaying(true);
  if (state.cmp) {
    change({ cmp: "" });
    toast(t("Đã đóng so sánh để phát theo tháng."));
  }
  const story = await fetchStory(from);
  if (!story || playing !== mine) return playing === mine ? stop() : null;
  const end = [monthOf(page.today), monthOf(state.to)].sort().at(-1); // what is dated later is not played
  let month = monthOf(state.to) >= end ? following(oldest() < bars[0].month ? bars[0].month : oldest(), -1) : monthOf(state.to);
  let due = performance.now();
  const step = async () => {
    if (playing !== mine) return;
    if (!hasStory() && !(await fetchStory(from))) return stop();
    month = following(month, 1);
    if (!bars.some((each) => each.month === month)) { moveTo(month); drawMonths(); }
    preview(month, true);
    if (month >= end) return stop();
    due = Math.max(due + 1000 / (STEPS_A_SECOND * Number(byId("speed").value)), performance.now());
    setTimeout(() => requestAnimationFrame(step), due - performance.now());
  };
  step();
}

// Where the play stops the address and the server take over.
function stop() {
  if (!playing) return;
  playing = 0;
  showPlaying(false);
  commit();
}

// Search for communes and hotspots by name, without diacritics if need be.

import { communes, provinces } from "./areas.js";
import { ask, viewQuery } from "./api.js";
import { byId, el, fold } from "./dom.js";
import { findInLayers } from "./layers.js";
import { change, state } from "./state.js";
import { data } from "./spots.js";
import { t } from "./words.js";

const MAX_RESULTS = 12;
const TYPING_MS = 150;
const box = byId("search");
const list = byId("results");
let found = [];
let chosen = -1;
let goTo = () => {};
let moved = false; // whether the arrows chose a row: names that come late must not take it away
let elsewhere = []; // communes of the whole nation, asked for when a province is chosen
let spotsElsewhere = []; // hotspots of other provinces that the server found
let waiting = 0;

export function startSearch(handler) {
  goTo = handler;
  box.addEventListener("input", () => {
    moved = false;
    showResults();
    askSpots();
  });
  box.addEventListener("keydown", onKey);
  box.addEventListener("blur", () => setTimeout(hide, 150));
  box.addEventListener("focus", () => {
    loadNames();
    if (box.value) showResults();
  });
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

async function loadNames() {
  if (!state.province || elsewhere.length) return;
  const found = await ask("names");
  elsewhere = (found ?? []).map(([code, name, province, west, south, east, north]) => ({
    code, name, province, at: [(west + east) / 2, (south + north) / 2], bounds: L.latLngBounds([south, west], [north, east]),
  }));
  if (document.activeElement === box && box.value) showResults();
}

// Where a province is chosen the page knows the hotspots of that one alone.
function askSpots() {
  clearTimeout(waiting);
  const text = box.value;
  if (!state.province || fold(text).length < 2) return;
  waiting = setTimeout(async () => {
    const told = await ask("search", viewQuery({ q: text }));
    if (!told || document.activeElement !== box) return;
    spotsElsewhere = told.hotspots;
    if (box.value) showResults();
  }, TYPING_MS);
}

// Best first: the name begins so, a word begins so, it occurs somewhere.
function rank(name, wanted) {
  const bare = name.replace(/^(xa|phuong|dac khu|thi tran) /, "");
  if (bare === wanted) return 0;
  if (bare.startsWith(wanted) || name.startsWith(wanted)) return 1;
  if (` ${name}`.includes(` ${wanted}`)) return 2;
  return name.includes(wanted) ? 3 : 9;
}

function candidates() {
  const others = state.province ? elsewhere.filter(({ code }) => !communes.has(code)) : [];
  const units = [...communes.values(), ...others].map((unit) => ({
    key: `c:${unit.code}`, name: unit.name, hint: `${provinces.get(unit.province)?.name ?? ""} · ${unit.code}`, also: unit.code, at: unit.at, bounds: unit.bounds, province: unit.province,
  }));
  const here = new Set(data.hotspots.map(({ ref }) => ref));
  const far = state.province ? spotsElsewhere.filter(({ ref, province }) => !here.has(ref) && province !== state.province) : [];
  const spots = [...data.hotspots, ...far].filter((spot) => spot.lon !== null).map((spot) => ({
    key: `h:${spot.ref}`, name: spot.name, hint: [t("Điểm, tụ điểm · {code}", { code: spot.ref }), provinces.get(spot.province)?.name].filter(Boolean).join(" · "),
    also: spot.ref, at: [spot.lon, spot.lat], province: spot.province ?? undefined,
  }));
  const areas = [...provinces.values()].map((each) => ({ key: `p:${each.code}`, name: each.name, hint: t("Tỉnh, thành phố"), also: "", at: each.at }));
  return [...areas, ...units, ...spots, ...findInLayers()];
}

function showResults() {
  const wanted = fold(box.value);
  if (!wanted) return hide();
  const kept = moved ? found[chosen]?.key : null;
  found = candidates()
    .map((each) => ({ ...each, score: Math.min(rank(fold(each.name), wanted), rankOfCode(fold(each.also), wanted)) }))
    .filter((each) => each.score < 9)
    .sort((a, b) => a.score - b.score || outside(a) - outside(b) || a.name.localeCompare(b.name, "vi"))
    .slice(0, MAX_RESULTS);
  const before = kept ? found.findIndex(({ key }) => key === kept) : -1;
  chosen = before >= 0 ? before : found.length ? 0 : -1;
  draw();
}

const rankOfCode = (code, wanted) => (code === wanted ? 0 : wanted.length > 2 && code.includes(wanted) ? 3 : 9);

// What lies in the chosen province comes before a namesake elsewhere.
const outside = ({ province }) => Number(Boolean(state.province && province && province !== state.province));

function draw() {
  const rows = found.map((each, index) => {
    const row = el("li", { role: "option", id: `result-${index}`, "aria-selected": String(index === chosen) }, each.name, el("div", { class: "muted" }, each.hint));
    row.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
    return row;
  });
  list.replaceChildren(...(rows.length ? rows : [el("li", { role: "option", "aria-disabled": "true" }, t("Không thấy tên này"), el("div", { class: "muted" }, t("Hãy thử tên khác hoặc mã.")))]));
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
  if (chosen >= 0) box.setAttribute("aria-activedescendant", `result-${chosen}`);
  else box.removeAttribute("aria-activedescendant");
  list.children[Math.max(chosen, 0)]?.scrollIntoView({ block: "nearest" });
}

function hide() {
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function onKey(event) {
  if (event.key === "Escape") {
    event.stopPropagation();
    if (list.hidden) box.blur();
    hide();
  } else if (event.key === "Enter" && chosen >= 0 && !list.hidden) {
    event.preventDefault();
    take(chosen);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
    event.preventDefault();
    moved = true;
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    draw();
  }
}

function take(index) {
  const target = found[index];
  hide();
  box.value = target.name;
  box.blur();
  if (target.key.startsWith("p:")) change({ province: target.key.slice(2), at: null, pick: "" });
  else goTo(target);
}

// The state of the view, kept in the address: a link reproduces what is seen.

import { byId, readDate } from "./dom.js";

export const page = JSON.parse(byId("page-data").textContent);
export const words = page.words;

const listeners = [];

// What the incidents and hotspots are cut to: field of the state → name in address and questions.
// An empty set means everything.
export const FILTERS = { kinds: "kind", substances: "substance", detected: "detected", sides: "side", near: "near", hkinds: "hkind" };

export const OF_INCIDENTS = Object.keys(FILTERS).filter((field) => field !== "hkinds");

export const state = {
  province: "", from: "", to: "", off: new Set(), at: null, pick: "", cmp: "", base: "", figures: "",
  kinds: new Set(), substances: new Set(), detected: new Set(), sides: new Set(), near: new Set(), hkinds: new Set(),
};

export function readAddress() {
  const query = new URLSearchParams(location.search);
  state.province = query.has("province") ? query.get("province") : page.view.province ?? "";
  state.from = readDate(query.get("from") ?? "") ?? page.view.from;
  state.to = readDate(query.get("to") ?? "") ?? page.view.to;
  state.off = listed(query.get("off") ?? page.view.off.join(","));
  for (const [field, name] of Object.entries(FILTERS)) state[field] = listed(query.get(name));
  state.at = readPlace(query.get("at"));
  state.pick = query.get("pick") ?? "";
  state.cmp = ["diff", "side"].includes(query.get("cmp")) ? query.get("cmp") : "";
  state.base = query.get("base") === "year" ? "year" : "";
  state.figures = query.get("figures") === "area" ? "area" : "";
}

const listed = (text) => new Set((text ?? "").split(",").filter(Boolean));

// Writes the filters that are on into a query, for the address and for every question alike.
export function putFilters(query) {
  for (const [field, name] of Object.entries(FILTERS)) if (state[field].size) query.set(name, [...state[field]].sort().join(","));
  return query;
}

function readPlace(text) {
  const [lat, lon, zoom] = (text ?? "").split(",").map(Number);
  return [lat, lon, zoom].every(Number.isFinite) && text ? { lat, lon, zoom } : null;
}

export function address() {
  const query = new URLSearchParams();
  query.set("province", state.province);
  query.set("from", state.from);
  query.set("to", state.to);
  putFilters(query);
  query.set("off", [...state.off].sort().join(","));
  if (state.at) query.set("at", [state.at.lat.toFixed(4), state.at.lon.toFixed(4), state.at.zoom].join(","));
  if (state.figures) query.set("figures", state.figures);
  if (state.pick) query.set("pick", state.pick);
  if (state.cmp) query.set("cmp", state.cmp);
  if (state.cmp && state.base) query.set("base", state.base);
  return `${location.pathname}?${query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

// A chosen filter is a step that "back" undoes; moving the map is not.
export function change(changes, { step = true } = {}) {
  Object.assign(state, changes);
  history[step ? "pushState" : "replaceState"](null, "", address());
  announce(Object.keys(changes));
}

export function toggle(key) {
  const off = new Set(state.off);
  if (!off.delete(key)) off.add(key);
  change({ off });
}

export const shown = (key) => !state.off.has(key);

export function onChange(listener) {
  listeners.push(listener);
}

function announce(changed) {
  for (const listener of listeners) listener(new Set(changed));
}

// Going back tells what differs; where the map goes too that is told as "view".
addEventListener("popstate", () => {
  const before = { ...state };
  readAddress();
  const told = (value) => JSON.stringify(value instanceof Set ? [...value].sort() : value);
  const changed = Object.keys(state).filter((field) => told(state[field]) !== told(before[field]));
  announce(changed.includes("at") ? [...changed, "view"] : changed);
});

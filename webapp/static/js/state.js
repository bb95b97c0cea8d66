// The state of the view, kept in the address: a link reproduces what is seen.

import { byId } from "./dom.js";

export const page = JSON.parse(byId("page-data").textContent);
export const words = page.words;

const listeners = [];

export const state = { province: "", from: "", to: "", off: new Set(), at: null, pick: "" };

export function readAddress() {
  const query = new URLSearchParams(location.search);
  state.province = query.has("province") ? query.get("province") : page.view.province ?? "";
  state.from = isDay(query.get("from")) ? query.get("from") : page.view.from;
  state.to = isDay(query.get("to")) ? query.get("to") : page.view.to;
  state.off = new Set((query.get("off") ?? page.view.off.join(",")).split(",").filter(Boolean));
  state.at = readPlace(query.get("at"));
  state.pick = query.get("pick") ?? "";
}

const isDay = (text) => text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text);

function readPlace(text) {
  const [lat, lon, zoom] = (text ?? "").split(",").map(Number);
  return [lat, lon, zoom].every(Number.isFinite) && text ? { lat, lon, zoom } : null;
}

export function address() {
  const query = new URLSearchParams();
  query.set("province", state.province);
  query.set("from", state.from);
  query.set("to", state.to);
  query.set("off", [...state.off].sort().join(","));
  if (state.at) query.set("at", [state.at.lat.toFixed(4), state.at.lon.toFixed(4), state.at.zoom].join(","));
  if (state.pick) query.set("pick", state.pick);
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

addEventListener("popstate", () => {
  readAddress();
  announce(["province", "from", "to", "off", "at", "pick"]);
});

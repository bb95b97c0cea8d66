// Facilities on the planner's map: a mark per kind, told apart by shape; numbers on the communes
// where there are too many, and for those known by their commune alone. Ports and airports stand
// on every view; the others are switched on together (`facilities`), then kind by kind, and are
// drawn from close by or in a province.

import { ask, viewQuery } from "./api.js";
import { communes, tipText } from "./areas.js";
import { el, formatDate, formatDistance, formatNumber, icon } from "./dom.js";
import { isCut } from "./filters.js";
import { buildLegend, countInView } from "./legend.js";
import { register } from "./layers.js";
import { OF_INCIDENTS, change, page, shown, state, words } from "./state.js";
import { t } from "./words.js";

const { map, layers } = window.diaban;
const NEAR_ZOOM = 10; // from here on every kind is drawn, in a chosen province always
const COUNTS_FROM_ZOOM = 8.5;
const MOST_REACHABLE = 200; // more marks than these would bury what comes after them in the tab order
const NOT_NEAR = OF_INCIDENTS.filter((field) => field !== "near"); // around a facility every case is near one
const FAR = new Set(["airport", "seaport"]);

const kinds = page.facilities ?? {};
const key = (kind) => `facilities.${kind}`;

let found = { mode: "points", points: [], communes: {}, counts: {} };
let loaded = "";
let waiting = 0;

const near = () => shown("facilities") && (state.province || map.getZoom() >= NEAR_ZOOM);
const drawnKinds = () => Object.keys(kinds).filter((kind) => shown(key(kind)) && (FAR.has(kind) || near()));

function question() {
  const view = map.getBounds();
  const bbox = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((n) => n.toFixed(4)).join(",");
  return new URLSearchParams({ kinds: drawnKinds().join(","), province: state.province, bbox });
}

async function load() {
  if (!Object.keys(kinds).length) return;
  const query = question();
  if (query.toString() === loaded) return draw();
  const answer = await ask("facilities", query);
  if (!answer) return;
  loaded = query.toString();
  found = answer;
  draw();
  countInView();
}

// A facility that was just written is drawn whatever was switched off, and its card opened.
export async function showWritten(id, kind, name) {
  if (!(kind in kinds)) {
    kinds[kind] = { name };
    buildLegend();
  }
  const off = new Set(state.off);
  for (const each of [key(kind), ...(FAR.has(kind) ? [] : ["facilities"])]) off.delete(each);
  state.off = off;
  loaded = "";
  await load();
  change({ off, pick: `f:${id}` });
}

map.on("moveend", () => { clearTimeout(waiting); waiting = setTimeout(load, 140); });

// A kind that was just switched on has yet to be asked for.
function redraw() {
  if (loaded && new URLSearchParams(loaded).get("kinds") !== drawnKinds().join(",")) load();
  draw();
}

const sizeHere = () => (map.getZoom() < 9 ? 12 : map.getZoom() < 11 ? 15 : map.getZoom() < 13.5 ? 18 : 22);

// While the others are off as a whole their single switches would promise what is not drawn.
function foldSwitches() {
  for (const row of document.querySelectorAll('#legend [data-key^="facilities."]')) row.hidden = !FAR.has(row.dataset.key.slice(11)) && !shown("facilities");
}

function draw() {
  foldSwitches();
  layers.facilities.clearLayers();
  const kept = new Set(drawnKinds());
  const points = found.points.filter(([, , , kind]) => kept.has(kind));
  points.forEach((point) => drawPoint(point, points.length <= MOST_REACHABLE));
  if (map.getZoom() >= COUNTS_FROM_ZOOM) drawCounts(kept);
}

function drawPoint([id, lon, lat, kind, name], reachable) {
  const size = state.pick === `f:${id}` ? 26 : sizeHere();
  const html = el("span", { class: "facility-mark" }, icon(`facility-${kind}`, ""));
  html.style.cssText = `width:${size}px;height:${size}px`;
  const label = `${kinds[kind].name}: ${name}`;
  const pick = () => change({ pick: `f:${id}` });
  L.marker([lat, lon], { pane: "facilities", icon: L.divIcon({ className: "facility", html, iconSize: [size, size] }), keyboard: reachable, title: "", alt: label, riseOnHover: true })
    .bindTooltip(tipText(label), { className: "tip", direction: "top", offset: [0, -size / 2] })
    .on("click", pick)
    .on("keypress", (event) => { if (event.originalEvent.key === "Enter") pick(); })
    .on("add", ({ target }) => { const node = target.getElement(); node.setAttribute("aria-label", label); node.dataset.facility = id; node.dataset.kind = kind; })
    .addTo(layers.facilities);
}

const sumOf = (byKind, kept) => Object.entries(byKind).reduce((sum, [kind, n]) => sum + (kept.has(kind) ? n : 0), 0);

function drawCounts(kept) {
  const view = map.getBounds();
  for (const [code, byKind] of Object.entries(found.communes)) {
    const unit = communes.get(code);
    const n = sumOf(byKind, kept);
    if (!unit || !n || !view.contains([unit.at[1], unit.at[0]])) continue;
    const html = el("span", { class: "facility-count" }, el("span", {}, t("{n} cơ sở", { n: formatNumber(n) })));
    L.marker([unit.at[1], unit.at[0]], { pane: "facilities", interactive: false, keyboard: false, icon: L.divIcon({ className: "", html, iconSize: [0, 0], iconAnchor: [0, -34] }) }).addTo(layers.facilities);
  }
}

// The card ------------------------------------------------------------------

function tell(ref) {
  const node = el("div", { class: "facility-story" }, el("p", { class: "muted" }, t("Đang đếm vụ việc quanh cơ sở")));
  fill(ref, node);
  return [node];
}

async function fill(ref, node) {
  const card = await ask("facility", viewQuery(), `facilities/${encodeURIComponent(ref)}`);
  if (!card) return node.replaceChildren(el("p", { class: "muted" }, t("Không mở được cơ sở này.")));
  const days = { from: formatDate(state.from), to: formatDate(state.to) };
  const counts = card.counts?.map(([metres, n]) => [t("Trong vòng {n} m", { n: formatNumber(metres) }), t("{n} vụ", { n: formatNumber(n) })]) ?? [];
  return node.replaceChildren(
    el("p", { class: "facility-kind muted" }, icon(`facility-${card.kind}`, "facility-icon"), kinds[card.kind]?.name ?? ""),
    el("h2", {}, card.name),
    el("p", { class: "muted" }, [card.address, card.commune_name].filter(Boolean).join(" · ")),
    card.counts ? el("p", { class: "muted small" }, isCut(NOT_NEAR) ? t("Vụ việc theo bộ lọc, từ {from} đến {to}:", days) : t("Vụ việc từ {from} đến {to}:", days)) : "",
    card.counts ? pairs([...counts, ...nearest(card.spot, days.to)]) : el("p", { class: "muted" }, t("Chỉ biết đến xã nên không đo được khoảng cách.")),
    el("div", { class: "actions" }, el("a", { class: "button button-main", href: `/facilities/${card.id}?${new URLSearchParams({ from: state.from, to: state.to })}` }, t("Trang của cơ sở")), ...(page.may_enter ? [editButton(card.id)] : [])),
  );
}

function editButton(id) {
  const button = el("button", { type: "button", class: "button" }, t("Sửa"));
  button.addEventListener("click", () => change({ pick: `e:f${id}` }));
  return button;
}

function nearest(spot, day) {
  const title = t("Điểm, tụ điểm gần nhất đến {day}", { day });
  if (!spot) return [[title, t("không có trong 5 km")]];
  const [ref, source, name, status, metres] = spot;
  const link = el("a", { href: `/hotspots?${new URLSearchParams({ ref, source })}` }, name);
  return [[title, el("span", {}, link, ` ${formatDistance(metres)}, ${words.statuses[status]}`)]];
}

function legend() {
  const row = (kind) => ({ key: key(kind), label: kinds[kind].name, swatch: icon(`facility-${kind}`) });
  const [far, others] = [Object.keys(kinds).filter((kind) => FAR.has(kind)), Object.keys(kinds).filter((kind) => !FAR.has(kind))];
  return [...far.map(row), ...(others.length ? [{ key: "facilities", label: t("Trường học, cơ sở khác"), swatch: icon("facility-school") }, ...others.map(row)] : [])];
}

const pairs = (entries) => el("dl", { class: "pairs" }, ...entries.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));

register({
  name: "facilities",
  load: (changed) => (changed.has("province") || changed.has("from") ? load() : null),
  draw: redraw,
  legend,
  count: (view, add) => { for (const [kind, n] of Object.entries(found.counts)) add(key(kind), n); },
  story: { prefix: "f", tell },
  find: () => found.points.map(([id, lon, lat, kind, name]) => ({ key: `f:${id}`, name, hint: kinds[kind].name, also: "", at: [lon, lat] })),
});

// Key routes on the planner's map: by mode, on a white casing, where they are in force.

import { ask } from "./api.js";
import { tipText } from "./areas.js";
import { colour } from "./colours.js";
import { el, formatDate, formatDistance, formatNumber, svg } from "./dom.js";
import { isCut } from "./filters.js";
import { register } from "./layers.js";
import { change, page, shown, state, words } from "./state.js";
import { LOCALE, t } from "./words.js";

const { map, layers } = window.diaban;
const FULL_FROM_ZOOM = 10; // from here on every bend is seen
const BAND_FROM_PX = 6; // a band narrower than this is no more than the line

const pens = { routes: L.svg({ pane: "routes" }) };
const decimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

const MODES = words.routeModes;
const REACHES = { intra: t("Nội tỉnh"), inter: t("Liên tỉnh") };
const FORCES = { in_force: t("Đang hiệu lực"), over: t("Hết hiệu lực"), coming: t("Chưa có hiệu lực") };
const dashOf = (mode) => page.route_dashes[mode] || null;

let found = [];
let asked = ""; // the question that `found` answers: routes do not obey the filters of incidents
let figures = null; // of the route whose card is open

const levelHere = (province) => (map.getZoom() >= FULL_FROM_ZOOM ? "full" : province ? "province" : "nation");

// What of the view decides the answer: the area, the days and the detail.
function question(days = state, level = levelHere(state.province)) {
  return new URLSearchParams({ province: state.province, from: days.from, to: days.to, level });
}

async function load() {
  const query = question();
  if ([query, question(state, "full")].some((each) => each.toString() === asked)) return;
  asked = query.toString();
  const answer = await ask("routes", query);
  if (!answer) { asked = ""; return; }
  found = answer.routes;
  figures = null;
  draw();
}

// Bends that were left out are asked for where they would be seen.
map.on("zoomend", () => { if (asked && levelHere(state.province) === "full") load(); });

// The routes in force in other days, for a second map.
export const routesIn = async (days) => (await ask("past-routes", question(days), "routes"))?.routes ?? [];

const key = (route) => `routes.${route.mode}`;
const pick = (route) => change({ pick: `r:${route.id}` });

function draw() {
  layers.routes.clearLayers();
  drawRoutes(found, layers.routes, pens.routes);
  found.filter((route) => shown(key(route))).forEach(drawHit);
}

const lineOf = (route, renderer, options) => L.polyline(route.parts, { pane: "routes", renderer, smoothFactor: 0, interactive: false, lineJoin: "round", lineCap: "butt", ...options });

// The lines alone of those that are on, into any group. A railway has the ladder that all maps give it.
export function drawRoutes(routes, group, renderer) {
  for (const route of routes.filter((each) => shown(key(each)))) {
    const opacity = route.force === "in_force" ? 1 : 0.45;
    const [isRail, dashArray, color] = [route.mode === "rail", dashOf(route.mode), colour(`route-${route.mode}`)];
    const line = (options) => lineOf(route, renderer, { opacity, ...options }).addTo(group);
    const band = bandPx(route);
    if (band >= BAND_FROM_PX) line({ color: colour("brand"), weight: band, opacity: 0.16 * opacity });
    line({ color: colour("casing"), weight: 6.5, lineCap: "round" });
    line({ color, weight: isRail ? 3.8 : 3, dashArray: isRail ? null : dashArray });
    if (isRail) line({ color: colour("casing"), weight: 1.8, dashArray });
  }
}

function drawHit(route) {
  const label = `${MODES[route.mode]}: ${route.name}`;
  lineOf(route, pens.routes, { color: "#000", weight: 16, opacity: 0, interactive: true })
    .bindTooltip(tipText(label), { className: "tip", sticky: true })
    .on("click", (event) => { L.DomEvent.stopPropagation(event); pick(route); })
    .on("add", ({ target }) => reachable(target.getElement(), route, label))
    .addTo(layers.routes);
}

// The line answers to the keyboard as it does to the pointer.
function reachable(path, route, label) {
  path.setAttribute("tabindex", "0");
  path.setAttribute("role", "button");
  path.setAttribute("aria-label", label);
  path.dataset.route = route.id;
  path.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    pick(route);
  });
}

function bandPx(route) {
  if (!route.width_m) return 0;
  const [lat] = route.parts[0][0];
  return route.width_m / ((40_075_016.7 * Math.cos((lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8));
}

const inView = (route, view) => route.parts.some((part) => view.intersects(L.latLngBounds(part)));

function swatch(mode) {
  const line = (stroke, width, dash) => svg("path", { d: "M1 10H23", stroke, "stroke-width": width, "stroke-dasharray": dash });
  const [isRail, own] = [mode === "rail", `var(--route-${mode})`];
  return svg("svg", { class: "swatch", viewBox: "0 0 24 20" }, line("var(--casing)", 6.5), line(own, isRail ? 3.8 : 3, isRail ? null : dashOf(mode)),
    ...(isRail ? [line("var(--casing)", 1.8, dashOf(mode))] : []));
}

function tell(ref) {
  const route = found.find((each) => String(each.id) === ref);
  if (!route) return null;
  const node = el("div", { class: "route-figures" }, el("p", { class: "muted" }, t("Đang tính vụ việc dọc tuyến")));
  fillFigures(route, node);
  const decision = route.decision || t("chưa ghi số");
  return [
    el("span", { class: `badge badge-${route.force === "in_force" ? "good" : "warn"}` }, FORCES[route.force]),
    el("h2", {}, route.name),
    el("p", { class: "muted" }, [MODES[route.mode], REACHES[route.reach], route.ref ? t("mã {ref}", { ref: route.ref }) : ""].filter(Boolean).join(" · ")),
    pairs([
      [t("Quyết định"), decision],
      [t("Hiệu lực"), route.to ? t("từ {from} đến {to}", { from: formatDate(route.from), to: formatDate(route.to) }) : t("từ {from}", { from: formatDate(route.from) })],
      [t("Chiều dài"), t("{n} km", { n: decimal.format(route.length_km) })],
      [t("Bề rộng"), route.width_m ? formatDistance(route.width_m) : t("chưa ghi")],
      [t("Đi qua"), [t("{n} xã", { n: formatNumber(route.communes) }), besides(route), ...route.provinces].filter(Boolean).join(", ")],
    ]),
    node,
    el("div", { class: "actions" }, el("a", { class: "button button-main", href: `/corridors/${route.id}?${days()}` }, t("Xem theo km"))),
  ];
}

const besides = (route) => (route.beside ? t("dải theo bề rộng chạm thêm {n} xã", { n: formatNumber(route.beside) }) : "");

const days = () => new URLSearchParams({ from: state.from, to: state.to });

const pairs = (rows) => el("dl", { class: "pairs" }, ...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));

async function fillFigures(route, node) {
  const { from, to } = state;
  if (figures?.id !== route.id || figures.from !== from || figures.to !== to) {
    const told = await ask("route", days(), `routes/${route.id}`);
    if (!told) return node.replaceChildren();
    figures = { id: route.id, told, from, to };
  }
  const { told } = figures;
  const spots = Object.entries(told.hotspots).map(([status, n]) => [words.statuses[status], formatNumber(n)]);
  const within = formatDistance(told.within_m);
  return node.replaceChildren(
    el("p", { class: "muted small" }, t("Trong {within} mỗi bên, từ {from} đến {to}:", { within, from: formatDate(figures.from), to: formatDate(figures.to) })),
    pairs([
      [t("Vụ việc"), t("{n}, kỳ liền trước {before}", { n: formatNumber(told.cases), before: formatNumber(told.earlier) })],
      [t("Đối tượng"), formatNumber(told.offenders)],
      ...(told.worst ? [[t("Km nhiều nhất"), t("km {from} – {to}: {n} vụ", { from: formatNumber(told.worst.from_km), to: decimal.format(told.worst.to_km), n: formatNumber(told.worst.cases) })]] : []),
      ...spots,
    ]),
    told.without_point ? el("p", { class: "muted small" }, t("{n} vụ chỉ biết đến xã, không xếp được vào km nào.", { n: formatNumber(told.without_point) })) : "",
    isCut() ? el("p", { class: "muted small" }, t("Tính mọi vụ việc, không theo bộ lọc.")) : "",
    told.partial ? el("p", { class: "muted small" }, t("Chỉ tính phần tuyến trong phạm vi của tài khoản.")) : "",
  );
}

register({
  name: "routes",
  load,
  draw,
  legend: () => Object.entries(MODES).map(([mode, label]) => ({ key: `routes.${mode}`, label: t("Tuyến: {mode}", { mode: label.toLowerCase() }), swatch: swatch(mode) })),
  count: (view, add) => { for (const route of found) if (inView(route, view)) add(key(route)); },
  story: { prefix: "r", tell },
  find: () => found.map((route) => ({
    key: `r:${route.id}`, name: route.name, hint: [t("Tuyến trọng điểm"), route.ref].filter(Boolean).join(" · "), also: route.ref,
    at: [route.parts[0][0][1], route.parts[0][0][0]], bounds: L.latLngBounds(route.parts.flat()),
  })),
});

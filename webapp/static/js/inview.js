// What the map shows, once more as a list: for those who hear the page or use no mouse. Symbols on
// the map are stops of the keyboard only where they are few; else the list is the way to them.

import { classOf, communes } from "./areas.js";
import { byId, el, formatDate, formatNumber } from "./dom.js";
import { findInLayers } from "./layers.js";
import { data, vagueIn } from "./spots.js";
import { change, shown, words } from "./state.js";
import { t } from "./words.js";

const { map } = window.diaban;
const MOST = 60; // of a group; more are found by coming closer
const MOST_STOPS = 30;
const GRAVEST_FIRST = ["re_emerged", "active", "suspected", "cleared", "delisted"];

// A drawn shape with a tooltip would be a stop without a name, one for every incident.
const drawPath = L.SVG.prototype._initPath;
L.SVG.include({
  _initPath(layer) {
    drawPath.call(this, layer);
    layer._path.setAttribute("tabindex", "-1");
  },
});

export function startList() {
  byId("in-view").addEventListener("toggle", refreshList);
}

export function refreshList() {
  setStops();
  if (!byId("in-view").open) return;
  const view = map.getBounds();
  const focused = document.activeElement?.dataset.pick;
  const groups = [hotspotsIn(view), clustersIn(view), incidentsIn(view), othersIn(view), communesIn(view)].filter(({ rows, notes }) => rows.length || notes?.length);
  byId("in-view-list").replaceChildren(...(groups.length ? groups.flatMap(drawGroup) : [el("p", { class: "muted" }, t("Khung nhìn này không có gì để liệt kê."))]));
  if (focused) byId("in-view-list").querySelector(`[data-pick="${CSS.escape(focused)}"]`)?.focus();
}

function drawGroup({ title, rows, notes = [] }) {
  const left = rows.length - MOST;
  const list = el("ul", {}, ...rows.slice(0, MOST).map(drawRow));
  const more = left > 0 ? el("p", { class: "muted small" }, t("Còn {n} mục; hãy phóng to để xem.", { n: formatNumber(left) })) : null;
  const told = notes.map((note) => el("p", { class: "muted small" }, note));
  return [el("h3", {}, rows.length ? `${title} (${formatNumber(rows.length)})` : title), rows.length ? list : null, more, ...told].filter(Boolean);
}

function drawRow({ key, name, hint }) {
  const button = el("button", { type: "button", "data-pick": key }, name, hint ? el("span", { class: "muted" }, ` ${hint}`) : null);
  button.addEventListener("click", () => change({ pick: key }));
  return el("li", {}, button);
}

function hotspotsIn(view) {
  const spots = data.hotspots.filter((spot) => spot.lon !== null && shown(`hotspots.${spot.status}`) && view.contains([spot.lat, spot.lon]));
  spots.sort((a, b) => GRAVEST_FIRST.indexOf(a.status) - GRAVEST_FIRST.indexOf(b.status) || a.name.localeCompare(b.name, "vi"));
  return { title: t("Điểm, tụ điểm"), rows: spots.map((spot) => ({ key: `h:${spot.ref}`, name: spot.name, hint: words.statuses[spot.status] })) };
}

function clustersIn(view) {
  const clusters = data.clusters.filter((each) => shown(`clusters.${each.flag}`) && view.contains([each.lat, each.lon])).sort((a, b) => b.n - a.n);
  return { title: t("Cụm vụ việc"), rows: clusters.map((each) => ({ key: `k:${each.id}`, name: t("Cụm {n} vụ việc", { n: formatNumber(each.n) }), hint: words.flags[each.flag] })) };
}

function incidentsIn(view) {
  const points = shown("incidents") && data.incidents?.mode === "points" ? data.incidents.points : [];
  const rows = points.filter(([, lon, lat]) => view.contains([lat, lon])).map(([id, , , , day, kind]) => ({ key: `i:${id}`, name: words.incidentKinds[kind] ?? kind, hint: formatDate(day) }));
  const vague = shown("incidents") ? vagueIn(view) : 0;
  const notes = [
    shown("incidents") && data.incidents?.mode === "density" ? t("Quá nhiều vụ việc để liệt kê; hãy phóng to.") : "",
    vague ? t("{n} vụ chỉ biết đến xã, không có điểm trên bản đồ.", { n: formatNumber(vague) }) : "",
  ].filter(Boolean);
  return { title: t("Vụ việc có vị trí"), rows, notes };
}

function othersIn(view) {
  const rows = findInLayers().filter(({ at }) => at && view.contains([at[1], at[0]]));
  return { title: t("Lớp khác"), rows };
}

function communesIn(view) {
  const units = [...communes.values()].filter((unit) => view.contains([unit.at[1], unit.at[0]])).sort((a, b) => a.name.localeCompare(b.name, "vi"));
  return { title: t("Xã, phường"), rows: units.map((unit) => ({ key: `c:${unit.code}`, name: unit.name, hint: words.classes[classOf(unit.code)] })) };
}

function setStops() {
  const frame = byId("stage").getBoundingClientRect();
  const nodes = [...document.querySelectorAll("#stage .leaflet-marker-icon[role=button]")];
  const seen = nodes.filter((node) => {
    const { left, top } = node.getBoundingClientRect();
    return left >= frame.left && left <= frame.right && top >= frame.top && top <= frame.bottom;
  });
  const stops = new Set(seen.length <= MOST_STOPS ? seen : []);
  for (const node of nodes) node.tabIndex = stops.has(node) ? 0 : -1;
}

// The legend counts what is in view and switches what is drawn.

import { classOf, classTime, communes } from "./areas.js";
import { methodText, windowText } from "./card.js";
import { byId, el, formatDate, formatNumber, icon, svg } from "./dom.js";
import { countLayers, legendOfLayers } from "./layers.js";
import { page, shown, toggle, words } from "./state.js";
import { data, vagueIn } from "./spots.js";
import { t } from "./words.js";

const { map } = window.diaban;
const rows = new Map(); // key → {button, count}
const classNote = el("p", { class: "cluster-note muted small", id: "class-note" });
const clusterNote = el("p", { class: "cluster-note muted small", id: "cluster-note", hidden: true });

const vagueNote = el("p", { class: "cluster-note muted small", id: "vague-note", hidden: true });

// Said beside every count of incidents: the others have a point on the map.
export function vagueText(n) {
  return n ? t("Trong đó {n} vụ chỉ biết đến xã, không có điểm trên bản đồ.", { n: formatNumber(n) }) : "";
}

export function buildLegend() {
  const spot = (status) => icon(`spot-${status}`);
  byId("legend").replaceChildren(
    ...group(t("Điểm, tụ điểm trong khung nhìn"), words.statuses, "hotspots", spot),
    ...group(t("Cụm vụ việc"), words.flags, "clusters", clusterSwatch),
    clusterNote,
    ...staleNote(),
    ...group([t("Phân loại xã"), " ", el("span", { class: "law" }, t("(QĐ 28/2025/QĐ-TTg)"))], words.classes, "class", classSwatch),
    classNote,
    el("h2", { class: "switches" }, t("Lớp bản đồ")),
    row("incidents", t("Vụ việc"), svg("svg", { class: "swatch", viewBox: "0 0 24 20" }, ...[[5, 12], [10, 6], [14, 13], [19, 8]].map(([cx, cy]) => svg("circle", { cx, cy, r: 2.4, fill: "var(--dot)", opacity: 0.7 })))),
    vagueNote,
    row("border", t("Đường biên giới"), svg("svg", { class: "swatch", viewBox: "0 0 24 20" }, svg("path", { d: "M0 10H24", stroke: "var(--border-line)", "stroke-width": 2, "stroke-dasharray": "8 3 2 3" }))),
    row("band", t("Hành lang biên giới 10 km"), svg("svg", { class: "swatch", viewBox: "0 0 24 20" }, svg("rect", { x: 1, y: 2, width: 22, height: 16, rx: 2, fill: "var(--band)", "fill-opacity": 0.2, stroke: "var(--band)", "stroke-dasharray": "2 3" }))),
    row("gates", t("Cửa khẩu"), icon("gate")),
    row("labels", t("Tên đơn vị hành chính"), svg("svg", { class: "swatch", viewBox: "0 0 24 20" }, svg("text", { x: 12, y: 15, "text-anchor": "middle", "font-size": 14, "font-weight": 600, fill: "currentColor" }, "Aa"))),
  );
  legendOfLayers().forEach(({ key, label, swatch }) => byId("legend").append(row(key, label, swatch)));
  refreshSwitches();
}

const staleNote = () => page.marks.stale
  ? [el("p", { class: "cluster-note muted small", id: "stale-note" }, t("Phân tích cũ hơn dữ liệu: chạy lại analyse."))]
  : [];

const group = (title, labels, prefix, swatch) => [
  el("h2", {}, ...(Array.isArray(title) ? title : [title])),
  ...Object.entries(labels).map(([code, label]) => row(`${prefix}.${code}`, label, swatch(code))),
];

function row(key, label, swatch) {
  const count = el("span", { class: "count" });
  const button = el("button", { type: "button", "aria-pressed": "true", "data-key": key }, swatch, el("span", { class: "name" }, label), count);
  button.addEventListener("click", () => toggle(key));
  rows.set(key, { button, count });
  return button;
}

function classSwatch(code) {
  const fill = code === "unknown" ? "url(#hatch)" : `var(--class-${code})`;
  return svg("svg", { class: "swatch class-swatch", viewBox: "0 0 24 20" }, svg("rect", { x: 1, y: 2.5, width: 22, height: 15, rx: 2, fill }));
}

const DASHES = { unrecorded: "4 3", shifted: "6 2 1 2" };

function clusterSwatch(flag) {
  const stroke = `var(--flag-${flag})`;
  return svg("svg", { class: "swatch", viewBox: "0 0 24 20" }, svg("circle", { cx: 12, cy: 10, r: 8, fill: stroke, "fill-opacity": 0.12, stroke, "stroke-width": 2, "stroke-dasharray": DASHES[flag] }));
}

export function refreshSwitches() {
  for (const [key, { button }] of rows) button.setAttribute("aria-pressed", String(shown(key)));
}

export function countInView() {
  const run = data.clusterRun;
  clusterNote.hidden = !run?.as_of;
  clusterNote.textContent = noteOf(run);
  classNote.textContent = classTime();
  const view = map.getBounds();
  vagueNote.textContent = vagueText(vagueIn(view));
  vagueNote.hidden = !vagueNote.textContent;
  const counts = new Map();
  const add = (key, n = 1) => counts.set(key, (counts.get(key) ?? 0) + n);
  for (const spot of data.hotspots) if (spot.lon !== null && view.contains([spot.lat, spot.lon])) add(`hotspots.${spot.status}`);
  for (const cluster of data.clusters) if (view.contains([cluster.lat, cluster.lon])) add(`clusters.${cluster.flag}`);
  for (const unit of communes.values()) if (view.contains([unit.at[1], unit.at[0]])) add(`class.${classOf(unit.code)}`);
  if (data.incidents) add("incidents", incidentsIn(view));
  countLayers(view, add);
  for (const [key, { count }] of rows) {
    const counted = counts.has(key) || key.includes(".") || key === "incidents";
    const unknown = run?.too_early && key.startsWith("clusters.");
    count.textContent = unknown ? "–" : counted ? formatNumber(counts.get(key) ?? 0) : "";
  }
}

function noteOf(run) {
  if (!run?.as_of) return "";
  if (run.too_early) return t("Cụm: chỉ có cho ngày phân tích {day}.", { day: formatDate(run.as_of) });
  return t("Cụm: {how}.", { how: [windowText(run), methodText(run.parameters)].filter(Boolean).join("; ") });
}

function incidentsIn(view) {
  const { mode, cells, points } = data.incidents;
  let n = 0;
  if (mode === "density") for (const [lon, lat, count] of cells) n += view.contains([lat, lon]) ? count : 0;
  else for (const [, lon, lat] of points) n += view.contains([lat, lon]) ? 1 : 0;
  return n + vagueIn(view);
}

// The border in segments of 10 km, heavier and darker where more cases lie within 10 km of it: a
// ribbon under the line of the border, in classes that the legend tells by their numbers.

import { ask, viewQuery } from "./api.js";
import { tipText } from "./areas.js";
import { openCard } from "./card.js";
import { colour } from "./colours.js";
import { el, formatDate, formatNumber, svg } from "./dom.js";
import { isCut } from "./filters.js";
import { register } from "./layers.js";
import { change, shown, state } from "./state.js";
import { LOCALE, t } from "./words.js";

const { map, layers } = window.diaban;
const SHOWN_BAND = 1; // of 5, 10 and 20 km: the band that the map shows
const KEY = "segments";

const WEIGHTS = [8, 11, 14, 18]; // by class, none first; the line of the border covers the middle 5

const pen = L.svg({ pane: "segments" });
const decimal = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

let found = { segments: [], breaks: [], residents: null, measured: true };
let days = []; // the first and the last day that `found` is of
let asked = ""; // the question that `found` answers

// Asked for only while the layer is on: it is off until the reader wants it.
async function load() {
  if (!shown(KEY)) return;
  const query = viewQuery();
  if (asked === query.toString()) return;
  asked = query.toString();
  const answer = await ask(KEY, query);
  if (!answer) { asked = ""; return; }
  found = answer;
  days = [query.get("from"), query.get("to")];
  draw();
  if (state.pick.startsWith("s:")) openCard();
}

function draw() {
  layers.segments.clearLayers();
  showClasses();
  if (!shown(KEY)) return;
  if (asked !== viewQuery().toString()) { load(); return; }
  drawSegments(found, layers.segments, pen);
  found.segments.forEach(drawHit);
}

// Their lines alone, into any group: `told` is an answer of /api/segments.
export function drawSegments(told, group, renderer) {
  const near = map.getZoom() >= 7 ? 1 : 0.75;
  for (const segment of told.segments) {
    const cls = classIn(told.breaks, segment);
    const line = (style) => L.geoJSON(segment.line, { pane: "segments", renderer, interactive: false, smoothFactor: 0.5, style: { lineCap: "butt", ...style } }).addTo(group);
    line({ color: colour("casing"), weight: WEIGHTS[cls] * near + 2, opacity: 0.95 });
    line({ color: colour(`segment-${cls}`), weight: WEIGHTS[cls] * near, opacity: 1 });
  }
}

const classIn = (breaks, { bands }) => breaks.findLastIndex((least) => bands[SHOWN_BAND].cases >= least) + 1;

function drawHit(segment) {
  const band = segment.bands[SHOWN_BAND];
  L.geoJSON(segment.line, { pane: "segments", renderer: pen, style: { color: "#000", weight: 18, opacity: 0, className: "segment-hit" } })
    .bindTooltip(tipText(t("{name}: {n} vụ trong {km} km", { name: segment.name, n: formatNumber(band.cases), km: formatNumber(band.km) })), { className: "tip", sticky: true })
    .on("click", (event) => { L.DomEvent.stopPropagation(event); change({ pick: `s:${segment.code}` }); })
    .addTo(layers.segments);
}

const middle = ({ line }) => {
  const parts = line.type === "LineString" ? [line.coordinates] : line.coordinates;
  const part = parts[Math.floor(parts.length / 2)] ?? [];
  return part[Math.floor(part.length / 2)] ?? null;
};

const inView = (segment, view) => {
  const at = middle(segment);
  return at !== null && view.contains([at[1], at[0]]);
};

// The classes with their numbers, below the switch of the layer; each counts its segments in view.
const classes = el("ul", { class: "segment-classes small", id: "segment-classes", hidden: true });

function showClasses(view = map.getBounds()) {
  const row = document.querySelector(`#legend [data-key="${KEY}"]`);
  if (row && row.nextElementSibling !== classes) row.after(classes);
  classes.hidden = !shown(KEY) || !found.segments.length;
  if (classes.hidden) return;
  const seen = found.segments.filter((segment) => inView(segment, view)).map((segment) => classIn(found.breaks, segment));
  classes.replaceChildren(
    el("li", { class: "muted" }, t("Số vụ trong {km} km, {from} – {to}", { km: formatNumber(depth()), from: formatDate(days[0]), to: formatDate(days[1]) })),
    ...[0, ...found.breaks].map((least, cls) => el("li", {}, swatchOf(cls), el("span", { class: "name" }, nameOf(cls)), el("span", { class: "count" }, formatNumber(seen.filter((each) => each === cls).length)))),
  );
}

const depth = () => found.segments[0].bands[SHOWN_BAND].km;

function nameOf(cls) {
  if (!cls) return t("không có vụ nào");
  const [from, next] = [found.breaks[cls - 1], found.breaks[cls]];
  if (next === undefined) return t("từ {n} vụ", { n: formatNumber(from) });
  return from === next - 1 ? t("{n} vụ", { n: formatNumber(from) }) : t("{from}–{to} vụ", { from: formatNumber(from), to: formatNumber(next - 1) });
}

const swatchOf = (cls) => svg("svg", { class: "swatch", viewBox: "0 0 24 20", "aria-hidden": "true" }, svg("path", { d: "M0 10H24", stroke: `var(--segment-${cls})`, "stroke-width": WEIGHTS[cls] }),
  ...[["casing", 5, null], ["line", 2, "8 3 2 3"]].map(([name, width, dash]) => svg("path", { d: "M0 10H24", stroke: `var(--border-${name})`, "stroke-width": width, "stroke-dasharray": dash })));

function tell(code) {
  const segment = found.segments.find((each) => each.code === code);
  if (!segment) return null;
  const apart = segment.communes.reduce((sum, [, , n]) => sum + n, 0);
  return [
    el("h2", {}, segment.name),
    el("p", { class: "muted" }, t("Km {from} – {to} tính từ đầu tây bắc", { from: decimal.format(segment.km[0]), to: decimal.format(segment.km[1]) })),
    headline(segment.bands[SHOWN_BAND]),
    table(segment.bands),
    found.residents ? el("p", { class: "muted small" }, t("Dân số lấy theo chỉ tiêu xã kỳ {from} – {to}.", { from: formatDate(found.residents[0]), to: formatDate(found.residents[1]) })) : "",
    isCut() ? el("p", { class: "muted small" }, t("Chỉ tính vụ việc theo bộ lọc đang bật; trang biên giới tính mọi vụ việc.")) : "",
    el("p", {}, ...listed(segment.communes)),
    segment.gates.length ? el("p", { class: "muted small" }, t("Gần cửa khẩu {names} (vị trí gần đúng)", { names: segment.gates.join(", ") })) : "",
    ...segment.bands.slice(-1).map(({ seized, km }) => (seized ? el("p", {}, t("Thu giữ trong {km} km: {what}", { km: formatNumber(km), what: seized })) : "")),
    apart ? el("p", { class: "muted small" }, t("{n} vụ chỉ biết đến xã dọc đoạn này, không gán khoảng cách.", { n: formatNumber(apart) })) : "",
    found.measured ? "" : el("p", { class: "muted small" }, t("Đường biên giới khái quát.")),
    el("div", { class: "actions" }, el("a", { class: "button button-main", href: pageOf(segment) }, t("Xem trang biên giới"))),
  ].filter((node) => node !== "");
}

// What the map draws: the band, the days and the rates, in one sentence.
function headline({ km, cases, per_100_km2: byArea, per_10_000: byPeople }) {
  return el("p", { class: "segment-told" }, t("Trong {km} km, từ {from} đến {to}: {n} vụ; {area} vụ/100 km²; {people} vụ/10.000 dân.", {
    km: formatNumber(km), from: formatDate(days[0]), to: formatDate(days[1]), n: formatNumber(cases), area: rate(byArea), people: rate(byPeople),
  }));
}

const rate = (value) => (value === null ? "–" : decimal.format(value));

function table(bands) {
  const row = (name, cell) => el("tr", {}, el("th", { scope: "row" }, name), ...bands.map((band, nth) => el("td", { class: nth === SHOWN_BAND ? "here" : null }, cell(band))));
  const spots = (band) => ["active", "re_emerged"].reduce((sum, status) => sum + (band.hotspots[status] ?? 0), 0);
  return el("table", { class: "segment-bands" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("Trong")), ...bands.map(({ km }, nth) => el("th", { scope: "col", class: nth === SHOWN_BAND ? "here" : null }, t("{n} km", { n: formatNumber(km) }))))),
    el("tbody", {},
      row(t("Vụ việc"), ({ cases }) => formatNumber(cases)),
      row(t("Đối tượng"), ({ offenders }) => formatNumber(offenders)),
      row(t("Điểm đang hoạt động, tái phức tạp"), (band) => formatNumber(spots(band))),
      row(t("Vụ/100 km²"), ({ per_100_km2: value }) => rate(value)),
      row(t("Vụ/10.000 dân"), ({ per_10_000: value }) => rate(value)),
    ));
}

function listed(communes) {
  if (!communes.length) return [t("Đoạn này không có xã nào nằm dọc.")];
  const links = communes.flatMap(([code, name], at) => [at ? ", " : "", el("a", { href: `/communes/${code}` }, name)]);
  return [t("Xã dọc đoạn:"), " ", ...links];
}

function pageOf({ code }) {
  const query = viewQuery();
  const kept = new URLSearchParams();
  for (const name of ["province", "from", "to"]) kept.set(name, query.get(name) ?? "");
  return `/border?${kept}#${code}`;
}

const hint = ({ bands }) => t("{n} vụ trong {km} km", { n: formatNumber(bands[SHOWN_BAND].cases), km: formatNumber(bands[SHOWN_BAND].km) });

register({
  name: "segments",
  load,
  draw,
  legend: () => [{
    key: KEY, label: t("Đoạn biên giới 10 km theo số vụ"),
    swatch: svg("svg", { class: "swatch", viewBox: "0 0 24 20" },
      ...[0, 1, 2, 3].map((cls) => svg("path", { d: `M${cls * 6} 10h6`, stroke: `var(--segment-${cls})`, "stroke-width": WEIGHTS[cls] }))),
  }],
  count: (view, add) => { showClasses(view); if (shown(KEY)) for (const segment of found.segments) if (inView(segment, view)) add(KEY); },
  story: { prefix: "s", tell },
  find: () => (shown(KEY) ? found.segments : []).map((segment) => ({
    key: `s:${segment.code}`, name: segment.name, hint: hint(segment), also: segment.code, at: middle(segment),
  })),
});

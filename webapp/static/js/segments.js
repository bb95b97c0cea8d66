// The border in segments of 10 km, heavier and darker where more cases lie within 10 km of it.

import { ask, viewQuery } from "./api.js";
import { tipText } from "./areas.js";
import { openCard } from "./card.js";
import { colour } from "./colours.js";
import { el, formatNumber, svg } from "./dom.js";
import { register } from "./layers.js";
import { change, shown, state } from "./state.js";
import { LOCALE, t } from "./words.js";

const { map, layers } = window.diaban;
const SHOWN_BAND = 1; // of 5, 10 and 20 km: the band that the map shows
const KEY = "segments";

const pen = L.svg({ pane: "segments" });
const decimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

let found = { segments: [], residents: null, measured: true };
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
  draw();
  if (state.pick.startsWith("s:")) openCard();
}

function draw() {
  layers.segments.clearLayers();
  if (!shown(KEY)) return;
  if (asked !== viewQuery().toString()) { load(); return; }
  const most = found.segments.reduce((top, { bands }) => Math.max(top, bands[SHOWN_BAND].cases), 1);
  const near = map.getZoom() >= 7 ? 1 : 0.65;
  for (const segment of found.segments) drawSegment(segment, segment.bands[SHOWN_BAND].cases / most, near);
}

function drawSegment(segment, share, near) {
  const weight = (3 + 9 * Math.sqrt(share)) * near;
  const line = (style) => L.geoJSON(segment.line, { pane: "segments", renderer: pen, interactive: false, smoothFactor: 0.5, style: { lineCap: "butt", ...style } });
  line({ color: colour("casing"), weight: weight + 2.5, opacity: 0.95 }).addTo(layers.segments);
  line({ color: colour(share ? "spot-active" : "muted"), weight, opacity: share ? 0.4 + 0.6 * Math.sqrt(share) : 0.7 }).addTo(layers.segments);
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

function tell(code) {
  const segment = found.segments.find((each) => each.code === code);
  if (!segment) return null;
  const apart = segment.communes.reduce((sum, [, , n]) => sum + n, 0);
  return [
    el("h2", {}, segment.name),
    el("p", { class: "muted" }, t("Km {from} – {to} tính từ đầu tây bắc", { from: decimal.format(segment.km[0]), to: decimal.format(segment.km[1]) })),
    table(segment.bands),
    el("p", {}, ...listed(segment.communes)),
    segment.gates.length ? el("p", { class: "muted small" }, t("Gần cửa khẩu {names} (vị trí gần đúng)", { names: segment.gates.join(", ") })) : "",
    ...segment.bands.slice(-1).map(({ seized, km }) => (seized ? el("p", {}, t("Thu giữ trong {km} km: {what}", { km: formatNumber(km), what: seized })) : "")),
    apart ? el("p", { class: "muted small" }, t("{n} vụ chỉ biết đến xã dọc đoạn này, không gán khoảng cách.", { n: formatNumber(apart) })) : "",
    found.measured ? "" : el("p", { class: "muted small" }, t("Đường biên giới khái quát.")),
    el("div", { class: "actions" }, el("a", { class: "button button-main", href: pageOf(segment) }, t("Xem trang biên giới"))),
  ].filter((node) => node !== "");
}

function table(bands) {
  const row = (name, cell) => el("tr", {}, el("th", { scope: "row" }, name), ...bands.map((band) => el("td", {}, cell(band))));
  const rate = (value) => (value === null ? "–" : decimal.format(value));
  const spots = (band) => ["active", "re_emerged"].reduce((sum, status) => sum + (band.hotspots[status] ?? 0), 0);
  return el("table", { class: "segment-bands" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("Trong")), ...bands.map(({ km }) => el("th", { scope: "col" }, t("{n} km", { n: formatNumber(km) }))))),
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
      svg("path", { d: "M1 10H8", stroke: "var(--muted)", "stroke-width": 3 }),
      svg("path", { d: "M9 10H16", stroke: "var(--spot-active)", "stroke-width": 6, opacity: 0.65 }),
      svg("path", { d: "M17 10H24", stroke: "var(--spot-active)", "stroke-width": 10 })),
  }],
  count: (view, add) => { if (shown(KEY)) for (const segment of found.segments) if (inView(segment, view)) add(KEY); },
  story: { prefix: "s", tell },
  find: () => (shown(KEY) ? found.segments : []).map((segment) => ({
    key: `s:${segment.code}`, name: segment.name, hint: hint(segment), also: segment.code, at: middle(segment),
  })),
});

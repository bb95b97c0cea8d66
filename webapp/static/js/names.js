// Names on the map, the two archipelagos, and the inset that always shows them.

import { CITIES, areGatesNamed, communes, gates, provinces } from "./areas.js";
import { colour } from "./colours.js";
import { byId, el, svg } from "./dom.js";
import { COUNTS_FROM_ZOOM, data } from "./spots.js";
import { shown, state } from "./state.js";
import { t } from "./words.js";

const { map } = window.diaban;
const group = L.layerGroup().addTo(map);
const isles = L.layerGroup().addTo(map);
map.getPane("labels").style.zIndex = 630; // a name under symbols cannot be read

// Islands large enough to name the archipelagos by; drawn as dots, never as limits.
const ARCHIPELAGOS = [
  { name: t("Quần đảo Hoàng Sa\n(thành phố Đà Nẵng)"), short: t("QĐ. Hoàng Sa"), at: [15.2, 112.1], box: [[15.7, 111.1], [17.2, 112.9]],
    dots: [[16.53, 111.61], [16.83, 112.34], [15.78, 111.2], [16.67, 112.73], [16.45, 111.7], [16.97, 112.27], [16.06, 112.4]] },
  { name: t("Quần đảo Trường Sa\n(tỉnh Khánh Hòa)"), short: t("QĐ. Trường Sa"), at: [7.4, 114.6], box: [[7.3, 111.6], [11.6, 117.0]],
    dots: [[8.64, 111.92], [11.43, 114.33], [9.89, 114.33], [10.18, 114.36], [10.37, 114.48], [8.97, 113.69], [7.89, 112.92], [10.38, 114.37], [8.85, 112.2], [8.81, 113.98], [11.05, 114.28], [10.73, 115.83], [9.74, 116.4], [8.11, 115.9]] },
];

const ABROAD = [
  [t("LÀO"), 19.3, 103.4], [t("LÀO"), 15.1, 106.6], [t("CAM-PU-CHIA"), 12.7, 105.0], [t("TRUNG QUỐC"), 23.35, 108.5],
  [t("BIỂN ĐÔNG"), 13.2, 112.2], [t("VỊNH BẮC BỘ"), 19.4, 107.9], [t("VỊNH THÁI LAN"), 9.3, 102.7],
];

export function drawIsles() {
  isles.clearLayers();
  for (const { dots } of ARCHIPELAGOS) {
    for (const dot of dots) {
      L.circleMarker(dot, { pane: "provinces", interactive: false, radius: 1.6, stroke: false, fill: true, fillColor: colour("province-line"), fillOpacity: 0.9 }).addTo(isles);
    }
  }
}

function label([lat, lon], text, className, [dx, dy]) {
  const html = el("span", { class: `label ${className}` }, el("span", {}, text));
  return L.marker([lat, lon], { pane: "labels", interactive: false, keyboard: false, icon: L.divIcon({ className: "", html, iconSize: [0, 0], iconAnchor: [-dx, -dy] }) });
}

// Where a name may stand: on its point or, if symbols lie there, a line or two off it; the name of a
// large city beside its point too, for it has to stand somewhere.
const LINES_PX = { "label-province": [0, -15, 15, -27, 27], "label-city": [0, -12, 12, -19, 19, -28, 28], "label-commune": [0, -14] };
const A_SYMBOL_PX = 4; // so far a name moves rather than lie on a symbol more
const HALF_LETTER_PX = { "label-abroad": 4.7, "label-isles": 3.2, "label-gate": 3.4 };
const PHONE_PX = 600;
const MOST_NAMES = 1_200;
const LONG_CITY = "79"; // named after a person: never without the word for a city
const AROUND = 1; // of the screen on every side: names are set for more than is seen

// No name is drawn over one that stands already, so the order of calls is the order of rank. All is
// reckoned in pixels of the whole world: where a name stands does not depend on where the map is.
function nameWriter(symbols) {
  const taken = gateNames();
  const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
  const covered = (box) => symbols.filter((symbol) => meets(box, symbol)).length;
  const seen = map.getBounds().pad(0.1);
  return (place, text, className) => {
    const lines = text.split("\n");
    const at = map.project(place);
    const half = Math.max(...lines.map((line) => line.length)) * (HALF_LETTER_PX[className] ?? 3.4) + 5;
    const tall = lines.length * 9;
    const besides = className === "label-city" ? [half + 8, -half - 8].flatMap((dx) => [[dx, 0], [dx, -10], [dx, 10]]) : [];
    const boxes = [...(LINES_PX[className] ?? [0]).map((dy) => [0, dy]), ...besides].map(([dx, dy]) => ({ shift: [dx, dy], box: [at.x + dx - half, at.y + dy - tall, at.x + dx + half, at.y + dy + tall] }));
    const free = boxes
      .filter(({ box }) => !taken.some((other) => meets(box, other)))
      .map((each) => ({ ...each, cost: A_SYMBOL_PX * covered(each.box) + Math.hypot(...each.shift) }))
      .sort((a, b) => a.cost - b.cost);
    if (!free.length && className !== "label-city") return;
    const { shift, box } = free[0] ?? boxes[0];
    taken.push(box);
    if (seen.contains(place)) label(place, text, className === "label-city" ? "label-province label-city" : className, shift).addTo(group);
  };
}

// Boxes of the names that stand beside the gates: a commune is often named as its gate is.
function gateNames() {
  if (!areGatesNamed()) return [];
  return gates().map(({ lat, lon, name }) => {
    const { x, y } = map.project([lat, lon]);
    return [x - 8, y - 8, x + 14 + 2 * HALF_LETTER_PX["label-gate"] * name.length, y + 8];
  });
}

// Boxes of the hotspots around the view and of the counts that stand below the middle of a commune.
function symbolsAround() {
  const near = map.getBounds().pad(AROUND);
  const around = (place, half, down) => {
    const { x, y } = map.project(place);
    return [x - half, y + down - half, x + half, y + down + half];
  };
  const spots = data.hotspots.filter((spot) => spot.lon !== null && shown(`hotspots.${spot.status}`)).map((spot) => [[spot.lat, spot.lon], 6, 0]);
  const counted = map.getZoom() >= COUNTS_FROM_ZOOM && shown("incidents") ? Object.keys(data.incidents?.communes ?? {}) : [];
  const counts = counted.filter((code) => communes.has(code)).map((code) => [[communes.get(code).at[1], communes.get(code).at[0]], 8, 15]);
  return [...spots, ...counts].filter(([place]) => near.contains(place)).map((each) => around(...each));
}

// The archipelagos first, then our units, then what lies around.
export function drawNames() {
  group.clearLayers();
  const write = nameWriter(symbolsAround());
  if (map.getZoom() < 9.5) for (const { name, at } of ARCHIPELAGOS) write(at, name, "label-isles");
  if (shown("labels")) writeUnits(write);
  if (innerWidth >= PHONE_PX) for (const [name, lat, lon] of ABROAD) write([lat, lon], name, "label-abroad");
}

const shortName = (name) => name.replace(/^(Tỉnh|Thành phố|Xã|Phường|Đặc khu) /, "");

// The six cities first, the capital before them all, then the larger area.
function writeUnits(write) {
  const zoom = map.getZoom();
  const detailed = zoom >= (state.province ? 9 : 9.5);
  const units = detailed ? communes : provinces;
  const near = map.getBounds().pad(AROUND);
  const size = (unit) => (unit.bounds ? (unit.bounds.getEast() - unit.bounds.getWest()) * (unit.bounds.getNorth() - unit.bounds.getSouth()) : 0);
  const isCity = (unit) => !detailed && CITIES.has(unit.code);
  const around = [...units.values()].filter((unit) => near.contains([unit.at[1], unit.at[0]]) && (detailed || !state.province || unit.code !== state.province));
  for (const unit of around.sort((a, b) => isCity(b) - isCity(a) || (isCity(a) ? a.code.localeCompare(b.code) : size(b) - size(a))).slice(0, MOST_NAMES)) {
    write([unit.at[1], unit.at[0]], unit.code === LONG_CITY && !detailed ? `TP. ${shortName(unit.name)}` : shortName(unit.name), detailed ? "label-commune" : isCity(unit) ? "label-city" : "label-province");
  }
}

// The inset covers what the view does not hold, so that both are always shown.
const INSET = { west: 101.5, east: 118.2, south: 6.6, north: 23.8, width: 168 };
const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * (180 / Math.PI);
const scale = INSET.width / (INSET.east - INSET.west);
const project = ([lon, lat]) => [((lon - INSET.west) * scale).toFixed(1), ((mercator(INSET.north) - mercator(lat)) * scale).toFixed(1)];
const HEIGHT = Math.ceil((mercator(INSET.north) - mercator(INSET.south)) * scale);
let frame = null;

export function buildInset(shapes) {
  const path = shapes.features.map(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map(outerPath).join("")).join("");
  frame = svg("rect", { class: "frame" });
  const dots = ARCHIPELAGOS.flatMap(({ dots: each }) => each.map(([lat, lon]) => { const [cx, cy] = project([lon, lat]); return svg("circle", { class: "isle", cx, cy, r: 0.9 }); }));
  const names = ARCHIPELAGOS.map(({ short, at }) => { const [x, y] = project([at[1], at[0]]); return svg("text", { x: INSET.width - 4, y, "text-anchor": "end" }, short); });
  byId("inset").replaceChildren(svg("svg", { viewBox: `0 0 ${INSET.width} ${HEIGHT}` }, svg("rect", { class: "sea", width: INSET.width, height: HEIGHT }), svg("path", { class: "land", d: path }), ...dots, ...names, frame));
  refreshInset();
}

function outerPath([ring]) {
  const points = ring.map(project).filter(([x, y], index, all) => index === 0 || x !== all[index - 1][0] || y !== all[index - 1][1]);
  return points.length < 4 ? "" : `M${points.map((point) => point.join(" ")).join("L")}Z`;
}

export function refreshInset() {
  const view = map.getBounds();
  byId("inset").hidden = !frame || ARCHIPELAGOS.every(({ box }) => view.contains(box));
  if (!frame) return;
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const [left, top] = project([clamp(view.getWest(), INSET.west, INSET.east), clamp(view.getNorth(), INSET.south, INSET.north)]).map(Number);
  const [right, bottom] = project([clamp(view.getEast(), INSET.west, INSET.east), clamp(view.getSouth(), INSET.south, INSET.north)]).map(Number);
  for (const [name, value] of Object.entries({ x: left, y: top, width: Math.max(right - left, 2), height: Math.max(bottom - top, 2) })) frame.setAttribute(name, value);
}

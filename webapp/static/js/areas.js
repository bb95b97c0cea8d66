// Communes by class, provinces, the border with its band and gates.

import { ask } from "./api.js";
import { HatchCanvas, colour } from "./colours.js";
import { el, formatDate, icon } from "./dom.js";
import { change, shown, state, words } from "./state.js";
import { t } from "./words.js";

const { map, layers } = window.diaban;
const GATE_NAMES_FROM_ZOOM = 8.5;
map.createPane("land").style.zIndex = 390;

const canvas = (pane) => new HatchCanvas({ pane, padding: 0.3 });
const pens = { communes: canvas("communes"), land: canvas("land"), provinces: canvas("provinces"), band: canvas("band"), border: canvas("border") };

export const communes = new Map(); // code → {code, name, province, at, border, cls, bounds, layer}
export const provinces = new Map(); // code → {code, name, at, bounds}
// The six cities under the government: Hà Nội, Hải Phòng, Huế, Đà Nẵng, TP. Hồ Chí Minh, Cần Thơ.
export const CITIES = new Set(["01", "31", "46", "48", "79", "92"]);
let classes = {};
let classPeriod = null; // {start, end, provisional} that the classes are of
let provinceShapes = null;
let ownOutline = null; // of the chosen province, in the detail of its communes
let loadedFor = null;
let sheet = null; // the communes as they are drawn
const refined = new Set(); // provinces whose communes the nation's sheet holds in detail
let handlers = { pick() {}, tip() {} };

export const onCommune = (given) => { handlers = given; };
export const classOf = (code) => classes[code] ?? "unknown";

// Of which period the classes are, and that they are provisional while it runs.
export function classTime() {
  if (!classPeriod) return "";
  const days = { from: formatDate(classPeriod.start), to: formatDate(classPeriod.end) };
  return classPeriod.provisional ? t("Kỳ {from} – {to}, tạm tính", days) : t("Kỳ {from} – {to}", days);
}

// Everything a province or the nation needs; geometry is asked for once per area.
export async function loadAreas() {
  const area = state.province;
  const query = area ? { province: area, level: "province" } : { level: "nation" };
  const wanted = [ask("classes", new URLSearchParams({ to: state.to }))];
  if (loadedFor !== area) {
    wanted.push(ask("communes", new URLSearchParams(query)));
    if (area) wanted.push(ask("outline", new URLSearchParams({ province: area }), "provinces"));
  }
  const [found, shapes, outline] = await Promise.all(wanted);
  if (found) [classes, classPeriod] = [found.classes, found.period];
  if (shapes) {
    ownOutline = area ? outline : null;
    drawOutlines();
  }
  if (shapes && area === state.province) drawCommunes(shapes, area);
  restyleAreas();
  return found;
}

function drawCommunes(shapes, area) {
  communes.clear();
  layers.communes.clearLayers();
  loadedFor = area;
  refined.clear();
  sheet = L.geoJSON(shapes, {
    pane: "communes", renderer: pens.communes, smoothFactor: 0, style: communeStyle,
    onEachFeature(feature, layer) {
      const facts = feature.properties;
      communes.set(facts.code, { ...facts, layer, bounds: layer.getBounds() });
      layer.on({ click: () => handlers.pick(facts.code), mouseover: () => handlers.tip(facts.code), mouseout: () => handlers.tip(null) });
    },
  });
  layers.communes.addLayer(sheet);
  refineView();
}

const DETAIL_FROM_ZOOM = 8.5; // nearer than this a rounded outline of the nation would show

// In the view of the nation the provinces seen from near get their communes in detail.
async function refineView() {
  if (state.province || !sheet || map.getZoom() < DETAIL_FROM_ZOOM) return;
  const view = map.getBounds();
  const near = [...provinces.values()].filter(({ code, bounds }) => !refined.has(code) && view.intersects(bounds));
  await Promise.all(near.map(({ code }) => refine(code)));
}

async function refine(code) {
  const drawnOn = sheet;
  refined.add(code);
  const found = await ask(`detail-${code}`, new URLSearchParams({ province: code, level: "province" }), "communes");
  if (sheet !== drawnOn) return;
  if (!found) { refined.delete(code); return; }
  for (const feature of found.features) {
    const rough = communes.get(feature.properties.code);
    if (rough) sheet.removeLayer(rough.layer);
    sheet.addData(feature);
  }
}

map.on("moveend", refineView);

// What the time bar found out for another day, or how a comparison wants the communes to look.
export function setClasses(found, period) {
  [classes, classPeriod] = [found, period];
  restyleAreas();
}

let teller = null; // code → what a tip says of a commune in the place of its class
export const tellCommunes = (given) => { teller = given; };
export const wordsOf = (code, usual) => teller?.(code) ?? usual;

let painter = null; // code → {fill, hatch}, or null for its class

export function paintCommunes(given) {
  painter = given;
  restyleAreas();
}

function communeStyle(feature) {
  const cls = classOf(feature.properties.code);
  const visible = shown(`class.${cls}`);
  const weight = state.province ? 1.1 : Math.max(0.25, (map.getZoom() - 5.2) * 0.3);
  return {
    stroke: true, color: colour(visible ? "commune-line" : "land-line"), weight: Math.min(weight, 1.2), opacity: 1,
    fill: true, fillColor: visible ? colour(`class-${cls}`) : colour("land"), fillOpacity: 1,
    hatch: visible && cls === "unknown" ? colour("hatch") : null,
    ...painter?.(feature.properties.code),
  };
}

export function restyleAreas() {
  for (const unit of communes.values()) unit.layer.setStyle(communeStyle(unit.layer.feature));
}

export const land = () => provinceShapes;

export async function loadProvinces() {
  provinceShapes = await ask("provinces");
  if (!provinceShapes) return null;
  drawProvinces();
  return provinceShapes;
}

// Whether a frame leaves nothing of the chosen area out, far islands of a province aside.
export function holdsArea(frame) {
  if (!state.province) return [...provinces.values()].every(({ bounds }) => frame.contains(bounds));
  const chosen = provinces.get(state.province);
  return !chosen || frame.contains(mainPart(chosen));
}

// A province with far islands is shown by its mainland; the inset shows the rest.
export function mainPart({ bounds, main }) {
  return main ? L.latLngBounds([main[1], main[0]], [main[3], main[2]]) : bounds;
}

const landGroup = L.layerGroup().addTo(map);

export function drawProvinces() {
  if (!provinceShapes) return;
  landGroup.clearLayers();
  const land = L.geoJSON(provinceShapes, {
    pane: "land", renderer: pens.land, smoothFactor: 0, interactive: false,
    style: { stroke: true, color: colour("land-line"), weight: 1, fill: true, fillColor: colour("land"), fillOpacity: 1 },
    onEachFeature(feature, layer) {
      provinces.set(feature.properties.code, { ...feature.properties, bounds: layer.getBounds() });
    },
  });
  landGroup.addLayer(land);
  drawOutlines();
  refineView();
}

function drawOutlines() {
  if (!provinceShapes) return;
  layers.provinces.clearLayers();
  const outline = L.geoJSON(state.province ? ownOutline ?? undefined : withoutIslets(provinceShapes), {
    pane: "provinces", renderer: pens.provinces, smoothFactor: 0, interactive: false,
    style: { fill: false, color: colour("province-line"), weight: state.province ? 2 : 0.9, opacity: state.province ? 1 : 0.75, lineJoin: "round" },
  });
  layers.provinces.addLayer(outline);
}

// At the scale of the nation the outline of an islet is a blot: the land below shows it.
function withoutIslets(shapes) {
  const widest = 0.06;
  const width = ([ring]) => Math.max(...ring.map(([lon]) => lon)) - Math.min(...ring.map(([lon]) => lon));
  const slim = ({ geometry, ...rest }) => ({ ...rest, geometry: { ...geometry, coordinates: geometry.coordinates.filter((polygon) => width(polygon) >= widest) } });
  return { ...shapes, features: shapes.features.map(slim) };
}

let borderData = null;

export const gates = () => borderData?.gates ?? [];
export const areGatesNamed = () => shown("gates") && map.getZoom() >= GATE_NAMES_FROM_ZOOM;

export async function loadBorder() {
  borderData = borderData ?? await ask("border");
  if (borderData) drawBorder();
}

export function drawBorder() {
  for (const name of ["border", "band", "gates"]) layers[name].clearLayers();
  if (!borderData) return;
  const line = (style) => L.geoJSON(borderData.lines, { pane: "border", renderer: pens.border, interactive: false, smoothFactor: 0.5, style });
  if (shown("border")) {
    layers.border.addLayer(line({ color: colour("border-casing"), weight: 5, opacity: 0.95, lineCap: "butt" }));
    layers.border.addLayer(line({ color: colour("border-line"), weight: 2, dashArray: "10 4 2 4", lineCap: "butt" }));
  }
  if (shown("band")) {
    layers.band.addLayer(L.geoJSON(borderData.bands, {
      pane: "band", renderer: pens.band, interactive: false, smoothFactor: 0.5,
      style: { stroke: true, color: colour("band"), weight: 1, opacity: 0.7, dashArray: "2 3", fill: true, fillColor: colour("band"), fillOpacity: 0.16 },
    }));
  }
  if (shown("gates")) borderData.gates.forEach(drawGate);
}

function drawGate(gate) {
  const named = areGatesNamed();
  const mark = el("span", { class: "spot" }, icon("gate", ""));
  const html = el("span", {}, mark, named ? el("span", { class: "label label-gate" }, gate.name) : null);
  const size = map.getZoom() < 7 ? 10 : 16;
  mark.style.cssText = `width:${size}px;height:${size}px`;
  if (named) html.style.cssText = "display:flex;align-items:center";
  const kind = words.gateKinds[gate.kind] ?? t("Cửa khẩu");
  L.marker([gate.lat, gate.lon], {
    pane: "gates", icon: L.divIcon({ className: "", html, iconSize: [size, size] }), alt: `${kind} ${gate.name}`, keyboard: false,
  }).bindTooltip(tipText(t("{name} (vị trí gần đúng)", { name: `${kind} ${gate.name}` })), { className: "tip", direction: "top", offset: [0, -8] })
    .on("click", () => change({ pick: `g:${gate.name}` }))
    .addTo(layers.gates);
}

export const tipText = (text) => el("span", {}, text);

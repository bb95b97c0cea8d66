// The form of a key route: the map and the list of points tell the same line; the communes it
// runs through are told as it is drawn.

import { colour, onColourChange } from "../colours.js";
import { LOCALE, t } from "../words.js";
import { startDrawing } from "./draw.js";

const { map, nation, layers } = window.diaban;
const form = document.getElementById("draw-form");
const points = document.getElementById("points");
const fault = document.getElementById("points-fault");
const laid = document.getElementById("draw-laid");
const hint = document.getElementById("draw-hint");
const width = document.getElementById("width");
const stage = document.getElementById("draw-map");
const tool = (name) => document.getElementById(`tool-${name}`);
const number = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

const PROVINCE_FROM_ZOOM = 8.5; // from here on communes are drawn in the detail of a province
const MOST_NAMES = 45; // communes that are named at once

// The line as text ---------------------------------------------------------

const written = (parts) => parts.map((part) => part.map(([lon, lat]) => `${lon} ${lat}`).join("\n")).join("\n\n");

// Parts of [lon, lat]; null where a line cannot be read here (the site may still read it: WKT, degrees).
function readPoints(text) {
  const parts = text.replace(/\r/g, "").trim().split(/\n\s*\n/);
  const found = parts.map((part) => part.split("\n").filter((line) => line.trim()).map(readPair));
  return found.flat().includes(null) ? null : found.filter((part) => part.length);
}

function readPair(line) {
  const cells = line.trim().split(/[\s;]+|,\s+/).filter(Boolean).map((cell) => Number(cell.replace(",", ".")));
  if (cells.length !== 2 || !cells.every(Number.isFinite)) return null;
  const [lon, lat] = cells[0] < cells[1] ? [cells[1], cells[0]] : cells;
  return lon >= 100 && lon <= 120 && lat >= 5 && lat <= 25 ? [lon, lat] : null;
}

function showFault(text) {
  fault.textContent = text;
  fault.hidden = !text;
  points.setAttribute("aria-invalid", String(Boolean(text)));
}

// The map ------------------------------------------------------------------

const pen = { communes: L.canvas({ pane: "communes", padding: 0.3 }), provinces: L.canvas({ pane: "provinces", padding: 0.3 }), routes: L.svg({ pane: "band" }) };
const provinces = [];
let detail = null; // communes of the province in the middle
let shownProvince = "";

async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

const communeStyle = () => ({ color: colour("land-line"), weight: 1, fill: true, fillColor: colour("land"), fillOpacity: 1 });
const provinceStyle = () => ({ color: colour("province-line"), weight: 1.4, fill: false });

const ISLES = [[t("Quần đảo Hoàng Sa\n(thành phố Đà Nẵng)"), [16.45, 111.9]], [t("Quần đảo Trường Sa\n(tỉnh Khánh Hòa)"), [10.0, 114.2]]];
const names = L.layerGroup().addTo(map);
let units = []; // communes drawn in detail, with the place of their names

// Enough names to know where one is: provinces far out, communes close in, the archipelagos always.
function drawNames() {
  names.clearLayers();
  const view = map.getBounds();
  for (const [name, at] of ISLES) label(at, "draw-isles", ...name.split("\n"));
  if (map.getZoom() >= 6.5 && map.getZoom() < 9.5) for (const each of provinces) if (view.contains(each.at)) label(each.at, "draw-name", each.name);
  const here = map.getZoom() >= PROVINCE_FROM_ZOOM ? units.filter((each) => view.contains(each.at)) : [];
  if (here.length <= MOST_NAMES) for (const each of here) label(each.at, "draw-name draw-small", each.name);
}

function label(at, className, ...lines) {
  const html = document.createElement("span");
  lines.forEach((line, n) => html.append(...(n ? [document.createElement("br"), line] : [line])));
  L.marker(at, { pane: "labels", interactive: false, keyboard: false, icon: L.divIcon({ className, html, iconSize: [0, 0] }) }).addTo(names);
}

const unitOf = ({ properties }) => ({ name: properties.name.replace(/^(Xã|Phường|Đặc khu|Tỉnh|Thành phố) /, ""), at: [properties.at[1], properties.at[0]] });

async function drawGround() {
  const outlines = await get("/api/provinces");
  if (!outlines) return;
  const drawn = L.geoJSON(outlines, { pane: "provinces", renderer: pen.provinces, interactive: false, smoothFactor: 0, style: provinceStyle });
  drawn.eachLayer((layer) => provinces.push({ code: layer.feature.properties.code, bounds: layer.getBounds(), ...unitOf(layer.feature) }));
  layers.provinces.addLayer(drawn);
  const land = L.geoJSON(outlines, { pane: "communes", renderer: pen.communes, smoothFactor: 0, style: communeStyle, onEachFeature: nameOf });
  layers.communes.addLayer(land);
  showHome();
  drawNames();
  await drawCommunes();
}

// Communes of the province in the middle, where the map is near enough to tell them apart.
async function drawCommunes() {
  if (map.getZoom() < PROVINCE_FROM_ZOOM) return;
  const centre = map.getCenter();
  const around = provinces.filter(({ bounds }) => bounds.contains(centre)).sort((a, b) => size(a.bounds) - size(b.bounds))[0];
  if (!around || around.code === shownProvince) return;
  shownProvince = around.code;
  const shapes = await get(`/api/communes?${new URLSearchParams({ province: around.code, level: "province" })}`);
  if (!shapes || shownProvince !== around.code) return;
  const drawn = L.geoJSON(shapes, {
    pane: "communes", renderer: pen.communes, smoothFactor: 0, style: communeStyle,
    onEachFeature: nameOf,
  });
  if (detail) layers.communes.removeLayer(detail);
  detail = drawn;
  units = shapes.features.map(unitOf);
  drawNames();
  layers.communes.addLayer(drawn);
}

const size = (bounds) => (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());

function nameOf(feature, layer) {
  const node = document.createElement("span");
  node.textContent = feature.properties.name;
  layer.bindTooltip(node, { sticky: true, direction: "top" });
}

// Who works for a province begins there.
function showHome() {
  const home = provinces.find(({ code }) => code === stage.dataset.home);
  if (home && !line.bounds()) map.fitBounds(home.bounds, { animate: false, padding: [10, 10] });
}

async function drawOthers() {
  const answer = await get("/api/routes?level=province&province=");
  const mine = form.elements.id?.value;
  for (const route of answer?.routes ?? []) {
    if (String(route.id) === mine) continue;
    L.polyline(route.parts, { pane: "band", renderer: pen.routes, interactive: false, color: colour("muted"), weight: 2, dashArray: "3 4" }).addTo(map);
  }
}

// Together -----------------------------------------------------------------

const line = startDrawing(map, {
  changed(parts) {
    points.value = written(parts);
    showFault("");
    lay();
  },
  told({ drawing, count, crowded }) {
    tool("draw").setAttribute("aria-pressed", String(drawing));
    tool("draw").textContent = drawing ? t("Đang vẽ") : t("Vẽ tiếp");
    stage.classList.toggle("drawing", drawing);
    hint.textContent = hintOf(drawing, count, crowded);
  },
});

function hintOf(drawing, count, crowded) {
  if (crowded) return t("Nhiều điểm quá gần nhau: phóng to để sửa từng điểm.");
  if (drawing && count === 0) return t("Bấm vào nơi tuyến bắt đầu.");
  if (drawing) return t("Bấm để thêm điểm, bấm đúp để kết thúc, Backspace để xóa điểm cuối.");
  return count ? t("Kéo một điểm để dời, kéo chấm giữa hai điểm để thêm, chuột phải để xóa.") : t("Bấm «Vẽ tiếp» rồi bấm lên bản đồ.");
}

let waiting = 0;
let asked = 0;

function lay() {
  clearTimeout(waiting);
  waiting = setTimeout(askCommunes, 350);
}

async function askCommunes() {
  const mine = ++asked;
  if (points.value.trim().split("\n").length < 2) return laid.replaceChildren();
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value };
  const body = JSON.stringify({ points: points.value, width: width.value });
  const answer = await fetch("/api/routes/lay", { method: "POST", headers, body }).catch(() => null);
  if (mine !== asked || !answer) return undefined;
  const told = await answer.json();
  if (answer.ok) return showLaid(told);
  laid.replaceChildren();
  return showFault(told.detail ?? "");
}

function showLaid({ length_km: km, communes, provinces }) {
  const head = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = `${number.format(km)} km`;
  const crossed = communes.filter(([, , inside]) => inside).length;
  const beside = communes.length - crossed;
  const through = t("qua {n} xã", { n: number.format(crossed) });
  const more = beside ? `, ${t("thêm {n} xã chỉ trong bề rộng", { n: number.format(beside) })}` : "";
  head.append(strong, `, ${through}${more}${provinces.length ? ` (${provinces.join(", ")})` : ""}.`);
  const list = document.createElement("ol");
  list.tabIndex = 0;
  list.setAttribute("aria-label", t("Các xã tuyến đi qua"));
  for (const [, commune, inside] of communes) {
    const item = document.createElement("li");
    const length = document.createElement("span");
    length.className = "muted";
    length.textContent = inside ? `${number.format(inside)} km` : t("trong bề rộng");
    item.append(`${commune} `, length);
    list.append(item);
  }
  laid.replaceChildren(head, list);
  showFault("");
}

const metresOf = (text) => {
  const value = Number(text.replace(/\./g, "").replace(",", ".").replace(/[^\d.]/g, "")) || 0;
  return /km/i.test(text) ? Number(text.replace(",", ".").replace(/[^\d.]/g, "")) * 1000 : value;
};

function fit() {
  const bounds = line.bounds();
  if (bounds) map.fitBounds(bounds, { padding: [40, 40], maxZoom: 13, animate: false });
}

let typing = 0;
points.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const parts = readPoints(points.value);
    if (parts) line.set(parts);
    lay();
  }, 300);
});
width.addEventListener("input", () => { line.width(metresOf(width.value)); lay(); });

tool("draw").addEventListener("click", () => (line.isDrawing() ? line.end() : line.begin()));
for (const name of ["part", "back", "undo", "turn", "clear"]) tool(name).addEventListener("click", () => line[name]());
tool("fit").addEventListener("click", fit);

addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, button, a, .draw-knot")) return;
  if (event.key === "Backspace") { event.preventDefault(); line.back(); }
  if (event.key === "Escape" && line.isDrawing()) line.end();
  if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); line.undo(); }
});

stage.hidden = false;
document.getElementById("draw-tools").hidden = false;
L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
map.setMinZoom(4.25).setMaxZoom(18).invalidateSize({ animate: false });
map.fitBounds(nation, { animate: false });
line.width(metresOf(width.value));
const known = readPoints(points.value) ?? [];
if (known.length) { line.set(known); fit(); } else line.begin();
map.on("moveend", () => { drawNames(); drawCommunes(); });
onColourChange(() => { layers.provinces.eachLayer((each) => each.setStyle(provinceStyle())); layers.communes.eachLayer((each) => each.setStyle(communeStyle())); line.redraw(); });
await Promise.all([drawGround(), drawOthers()]);
document.documentElement.dataset.ready = "true";

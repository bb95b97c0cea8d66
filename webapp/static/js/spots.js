// Hotspots by status, clusters by flag, incidents as density, points or counts.

import { ask, viewQuery } from "./api.js";
import { communes, tipText } from "./areas.js";
import { colour } from "./colours.js";
import { drawCrowd, startCrowd } from "./crowd.js";
import { dots } from "./dots.js";
import { el, formatDate, formatNumber, icon } from "./dom.js";
import { shown, words } from "./state.js";
import { t } from "./words.js";

const { map, layers } = window.diaban;
const pens = {
  density: L.canvas({ pane: "density" }),
  incidents: L.svg({ pane: "incidents" }),
  clusters: L.svg({ pane: "clusters" }),
};

export const COUNTS_FROM_ZOOM = 8.5; // counts of communes stand on the map from here on
const SQUARES_FROM_ZOOM = 13; // from here on 250 m are wider than a dot
const HALF_SQUARE_DEG = 125 / 111320;

export const data = { hotspots: [], clusters: [], clusterRun: null, incidents: null };

let pick = () => {};
export function onPick(handler, tell) {
  pick = handler;
  startCrowd({ pick: ({ ref }) => pick(`h:${ref}`), tell, name: ({ label }) => tipText(label) });
}

export async function loadSpots() {
  const [hotspots, clusters] = await Promise.all([ask("hotspots", viewQuery()), ask("clusters", viewQuery())]);
  if (hotspots) data.hotspots = hotspots.hotspots;
  if (clusters) { data.clusters = clusters.clusters; data.clusterRun = clusters; }
  drawHotspots();
  drawClusters();
}

export async function loadHotspots() {
  const found = await ask("hotspots", viewQuery());
  if (found) data.hotspots = found.hotspots;
  drawHotspots();
}

// Incidents known to their commune only, where the name of the commune stands in a box.
export function vagueIn(view) {
  return Object.entries(data.incidents?.communes ?? {}).reduce((sum, [code, n]) => {
    const unit = communes.get(code);
    return unit && view.contains([unit.at[1], unit.at[0]]) ? sum + n : sum;
  }, 0);
}

export async function loadIncidents() {
  const view = map.getBounds().pad(0.15);
  const bbox = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((n) => n.toFixed(3)).join(",");
  const found = await ask("incidents", viewQuery({ bbox, zoom: map.getZoom().toFixed(2) }));
  if (found) data.incidents = found;
  drawIncidents();
}

// What is graver is drawn last, above the rest.
const ORDER = ["delisted", "cleared", "suspected", "active", "re_emerged"];

const marks = new Map(); // source and ref → {marker, drawn, status}
const keyOf = ({ source, ref }) => `${source}\n${ref}`;

let arrowOf = () => null;
// A comparison gives some hotspots an arrow: arrowOf(spot) → {icon, words} or null.
export function markHotspots(given) {
  arrowOf = given ?? (() => null);
  drawHotspots();
}

const MOST_MARKERS = 300; // in view; more are one drawing, for thousands of elements move slowly
const LEAST_PX = 6;
const MOST_RINGS = 12; // more at once would say nothing, and cost the play its pace

const labelOf = (spot, arrow) => [`${words.statuses[spot.status]}: ${spot.name}`, arrow?.words].filter(Boolean).join(" · ");

// The more there are the smaller, so that the classes below are still seen.
const roomFor = (n) => Math.max(LEAST_PX, Math.round(0.6 * Math.sqrt((map.getSize().x * map.getSize().y) / Math.max(1, n))));

// Only what changed is drawn anew; where `lively`, a ring shows what appears or changes its status.
export function drawHotspots({ lively = false } = {}) {
  const size = map.getZoom() < 6.8 ? 12 : map.getZoom() < 7.8 ? 15 : map.getZoom() < 9.5 ? 18 : 22;
  const kept = new Set();
  const view = map.getBounds().pad(0.3);
  const near = data.hotspots.filter((spot) => spot.lon !== null && shown(`hotspots.${spot.status}`) && view.contains([spot.lat, spot.lon]));
  const many = near.length > MOST_MARKERS;
  drawCrowd(many ? members(near) : [], Math.min(size, roomFor(near.length)));
  const ringed = lively && near.filter((spot) => marks.get(keyOf(spot))?.status !== spot.status).length <= MOST_RINGS;
  for (const spot of many ? [] : near) {
    const key = keyOf(spot);
    const arrow = arrowOf(spot);
    const drawn = [spot.status, spot.lon, spot.lat, spot.name, size, arrow?.icon].join("\n");
    kept.add(key);
    if (marks.get(key)?.drawn === drawn) continue;
    const changed = ringed && marks.get(key)?.status !== spot.status;
    marks.get(key)?.marker.remove();
    marks.set(key, { marker: hotspotMarker(spot, size, arrow, changed).addTo(layers.hotspots), drawn, status: spot.status });
  }
  for (const [key, { marker }] of marks) {
    if (kept.has(key)) continue;
    layers.hotspots.removeLayer(marker);
    marks.delete(key);
  }
}

function members(spots) {
  const ranked = spots.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return ranked.map((spot) => { const arrow = arrowOf(spot); return { spot, symbol: `spot-${spot.status}`, arrow: arrow?.icon, label: labelOf(spot, arrow) }; });
}

map.on("moveend", () => drawHotspots());

function hotspotMarker(spot, size, arrow, changed) {
  const html = el("span", { class: changed ? "spot spot-changed" : "spot" }, icon(`spot-${spot.status}`, ""), arrow ? icon(arrow.icon, "spot-arrow") : null);
  html.style.cssText = `width:${size}px;height:${size}px`;
  const label = labelOf(spot, arrow);
  return L.marker([spot.lat, spot.lon], {
    pane: "hotspots", icon: L.divIcon({ className: "hotspot", html, iconSize: [size, size] }), keyboard: true, title: "", alt: label,
    zIndexOffset: ORDER.indexOf(spot.status) * 1000, riseOnHover: true,
  }).bindTooltip(tipText(label), { className: "tip", direction: "top", offset: [0, -size / 2] })
    .on("click", () => pick(`h:${spot.ref}`))
    .on("keypress", (event) => { if (event.originalEvent.key === "Enter") pick(`h:${spot.ref}`); })
    .on("add", (event) => { const node = event.target.getElement(); node.setAttribute("aria-label", label); node.dataset.ref = spot.ref; node.dataset.status = spot.status; });
}

const FLAG_STYLE = {
  known: {}, unrecorded: { dashArray: "7 5" }, re_emerging: {}, shifted: { dashArray: "9 4 2 4" },
};

// A cluster too small to be seen is a circle.
export function clusterOutline(cluster, options) {
  const line = colour(`flag-${cluster.flag}`);
  const shape = L.geoJSON(cluster.hull, options);
  const small = map.project(shape.getBounds().getNorthEast()).distanceTo(map.project(shape.getBounds().getSouthWest())) < 22;
  const drawn = small ? L.circleMarker([cluster.lat, cluster.lon], { ...options, radius: map.getZoom() < 7.5 ? 7 : 11 }) : shape;
  return drawn.setStyle({ color: line, weight: 2.2, fill: true, fillColor: line, fillOpacity: 0.1, ...FLAG_STYLE[cluster.flag] });
}

export function drawClusters() {
  layers.clusters.clearLayers();
  for (const cluster of data.clusters) {
    if (!shown(`clusters.${cluster.flag}`)) continue;
    const label = t("{what}: {n} vụ", { what: words.flags[cluster.flag], n: formatNumber(cluster.n) });
    const drawn = clusterOutline(cluster, { pane: "clusters", renderer: pens.clusters });
    drawn.bindTooltip(tipText(label), { className: "tip", sticky: true }).on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      pick(`k:${cluster.id}`);
    });
    layers.clusters.addLayer(drawn);
  }
}

export function drawIncidents() {
  layers.incidents.clearLayers();
  const found = data.incidents;
  if (!found || !shown("incidents")) return;
  if (found.mode === "density") drawDensity(found);
  else if (found.mode === "dots") layers.incidents.addLayer(dots(found.points.map(([, lon, lat]) => [lon, lat]), { pane: "density", renderer: pens.density, ...dotStyle() }));
  else drawPoints(found.points);
  if (map.getZoom() >= COUNTS_FROM_ZOOM) drawCounts(found.communes);
}

// A square per cell, its side by the root of the count: area tells the number.
function drawDensity({ cells, cell_deg: side }) {
  const most = cells.reduce((top, [, , n]) => Math.max(top, n), 1);
  for (const [lon, lat, n] of cells) {
    const half = (side / 2) * Math.max(0.16, Math.sqrt(n / most));
    L.rectangle([[lat - half, lon - half], [lat + half, lon + half]], {
      pane: "density", renderer: pens.density, interactive: false, stroke: true, color: colour("casing"), weight: 0.6, opacity: 0.6,
      fill: true, fillColor: colour("dot"), fillOpacity: 0.5,
    }).addTo(layers.incidents);
  }
}

const dotStyle = () => ({
  radius: map.getZoom() < 9 ? 2.4 : map.getZoom() < 12 ? 3.4 : 5, color: colour("casing"), weight: 0.6, fillColor: colour("dot"), fillOpacity: 0.55,
});

// Seen from near, what is known by its square of 250 m is drawn as that square, never as a dot.
function drawPoints(points) {
  const near = map.getZoom() >= SQUARES_FROM_ZOOM;
  const squares = new Map();
  for (const point of points) {
    const [, lon, lat, , , , , , inSquare] = point;
    if (near && inSquare) squares.set(`${lon} ${lat}`, [...(squares.get(`${lon} ${lat}`) ?? []), point]);
    else drawPoint(point);
  }
  squares.forEach(drawSquare);
}

function drawPoint(point) {
  const [, lon, lat] = point;
  told(L.circleMarker([lat, lon], { pane: "incidents", renderer: pens.incidents, stroke: true, fill: true, ...dotStyle() }), [point]);
}

function drawSquare(points) {
  const [[, lon, lat]] = points;
  const across = HALF_SQUARE_DEG / Math.cos((lat * Math.PI) / 180);
  told(L.rectangle([[lat - HALF_SQUARE_DEG, lon - across], [lat + HALF_SQUARE_DEG, lon + across]], {
    pane: "incidents", renderer: pens.incidents, color: colour("dot"), weight: 1.5, dashArray: "5 4", fillColor: colour("dot"), fillOpacity: 0.18,
  }), points);
}

function told(drawn, points) {
  const [[id, , , , day, kind]] = points;
  const one = `${words.incidentKinds[kind] ?? kind}, ${formatDate(day)}`;
  const many = t("{n} vụ việc trong ô 250 m", { n: formatNumber(points.length) });
  drawn.bindTooltip(tipText(points.length > 1 ? many : one), { className: "tip" })
    .on("click", (event) => { L.DomEvent.stopPropagation(event); pick(`i:${id}`); })
    .addTo(layers.incidents);
}

function drawCounts(counts) {
  const view = map.getBounds();
  for (const [code, n] of Object.entries(counts)) {
    const unit = communes.get(code);
    if (!unit || !view.contains([unit.at[1], unit.at[0]])) continue;
    const html = el("span", { class: "count-badge" }, el("span", {}, formatNumber(n)));
    L.marker([unit.at[1], unit.at[0]], {
      pane: "counts", interactive: false, keyboard: false, icon: L.divIcon({ className: "", html, iconSize: [0, 0], iconAnchor: [0, -15] }),
    }).addTo(layers.incidents);
  }
}

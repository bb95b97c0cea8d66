// Two maps side by side: the period before at the left, the one of the view at the right.

import { ask, viewQuery } from "./api.js";
import { communes, land } from "./areas.js";
import { HatchCanvas, colour } from "./colours.js";
import { byId, el, formatDate, formatNumber, icon } from "./dom.js";
import { dots } from "./dots.js";
import { drawRoutes, routesIn } from "./routes.js";
import { drawSegments } from "./segments.js";
import { COUNTS_FROM_ZOOM, clusterOutline } from "./spots.js";
import { onChange, shown, state, words } from "./state.js";
import { t } from "./words.js";

const { map, layers } = window.diaban;
const DRAWN = ["land", "communes", "band", "provinces", "segments", "border", "routes", "density", "clusters", "counts"];
const COPIED = ["labels", "facilities", "gates"]; // marks that no period changes: they are taken over from the other map
const ORDER = ["delisted", "cleared", "suspected", "active", "re_emerged"];
const captions = { before: el("p", { class: "map-caption", id: "caption-before" }), after: el("p", { class: "map-caption", id: "caption-after" }) };

let other = null; // the map of the period before, while it is there
let pens = null;
let group = null;
let past = null; // {classes, hotspots, clusters, routes, segments, incidents} of it
let span = null;

// `stay`: the map is where a link put it; else both halves show what the whole map showed.
export async function openSide({ before, after, total }, stay) {
  if (!other) divide(stay);
  span = before;
  const days = { from: before[0], to: before[1] };
  captions.before.textContent = `${t("Kỳ trước")}: ${formatDate(before[0])} – ${formatDate(before[1])}, ${t("{n} vụ", { n: formatNumber(total.n[0]) })}`;
  captions.after.textContent = `${t("Kỳ đang xem")}: ${formatDate(after[0])} – ${formatDate(after[1])}, ${t("{n} vụ", { n: formatNumber(total.n[1]) })}`;
  const [classes, hotspots, clusters, routes, segments, incidents] = await Promise.all([
    ask("past-classes", new URLSearchParams({ to: days.to }), "classes"), ask("past-hotspots", viewQuery(days), "hotspots"),
    ask("past-clusters", viewQuery(days), "clusters"), routesIn(days), askSegments(), askIncidents(),
  ]);
  if (!other) return;
  past = { classes: classes?.classes ?? {}, hotspots: hotspots?.hotspots ?? [], clusters: clusters?.clusters ?? [], routes, segments, incidents };
  if (clusters?.too_early) captions.before.append(el("small", {}, t("Cụm: chỉ có cho ngày phân tích {day}.", { day: formatDate(clusters.as_of) })));
  draw();
}

export function closeSide() {
  if (!other) return;
  map.off("move", follow).off("zoomend moveend", renew);
  other.remove();
  other = past = null;
  byId("map-before").remove();
  Object.values(captions).forEach((caption) => caption.remove());
  byId("stage").classList.remove("side-by-side");
  resize();
}

function resize() {
  const [centre, zoom] = [map.getCenter(), map.getZoom()];
  map.invalidateSize({ animate: false, pan: false });
  map.setView(centre, zoom, { animate: false });
}

function divide(stay) {
  const [seen, at] = [map.getBounds(), state.at];
  const frame = el("div", { class: "map-before", id: "map-before", role: "region", "aria-label": t("Bản đồ kỳ trước") });
  byId("stage").prepend(frame);
  byId("stage").append(captions.before, captions.after);
  byId("stage").classList.add("side-by-side");
  resize();
  if (!stay) map.fitBounds(seen, { animate: false });
  else map.setView([at.lat, at.lon], at.zoom, { animate: false });
  other = L.map(frame, {
    zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, fadeAnimation: false, zoomAnimation: false,
    minZoom: map.getMinZoom(), maxZoom: map.getMaxZoom(), center: map.getCenter(), zoom: map.getZoom(),
  });
  for (const name of [...DRAWN, ...COPIED, "hotspots"]) other.createPane(name).style.zIndex = map.getPane(name).style.zIndex;
  pens = Object.fromEntries(DRAWN.map((pane) => [pane, L.canvas({ pane })]));
  pens.communes = new HatchCanvas({ pane: "communes", padding: 0.3 });
  group = L.layerGroup().addTo(other);
  other.on("move", lead);
  map.on("move", follow).on("zoomend moveend", renew);
}

// Whichever is moved takes the other along.
let leading = false;

function together(one, another) {
  if (leading || !another) return;
  leading = true;
  another.setView(one.getCenter(), one.getZoom(), { animate: false });
  leading = false;
}

const follow = () => together(map, other);
const lead = () => together(other, map);

let waiting = 0;

function renew() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const incidents = await askIncidents();
    if (!past || !incidents) return;
    past.incidents = incidents;
    draw();
  }, 150);
}

function askIncidents() {
  const view = other.getBounds().pad(0.15);
  const bbox = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((n) => n.toFixed(3)).join(",");
  return ask("past-incidents", viewQuery({ from: span[0], to: span[1], bbox, zoom: map.getZoom().toFixed(2) }), "incidents");
}

// Asked for only while they are on; another period has segments of its own.
function askSegments() {
  return shown("segments") ? ask("past-segments", viewQuery({ from: span[0], to: span[1] }), "segments") : null;
}

async function redraw() {
  if (!past) return;
  if (shown("segments")) past.segments ??= await askSegments();
  if (past) draw();
}

onChange((changed) => { if (changed.has("off")) setTimeout(redraw); }); // after the other map

function draw() {
  group.clearLayers();
  drawCommunes();
  if (past.segments && shown("segments")) drawSegments(past.segments, group, pens.segments);
  drawRoutes(past.routes, group, pens.routes);
  for (const cluster of past.clusters) if (shown(`clusters.${cluster.flag}`)) clusterOutline(cluster, { pane: "clusters", renderer: pens.clusters, interactive: false }).addTo(group);
  drawIncidents();
  copyMarks();
  past.hotspots.filter((spot) => spot.lon !== null && shown(`hotspots.${spot.status}`)).forEach(drawHotspot);
}

function drawCommunes() {
  if (land()) copy(land(), "land", { color: colour("land-line"), weight: 1, fill: true, fillColor: colour("land"), fillOpacity: 1 });
  const features = [...communes.values()].map(({ layer }) => layer.feature);
  const weight = state.province ? 1.1 : Math.max(0.25, (map.getZoom() - 5.2) * 0.3);
  L.geoJSON(features, {
    pane: "communes", renderer: pens.communes, smoothFactor: 0, interactive: false,
    style: ({ properties }) => {
      const cls = past.classes[properties.code] ?? "unknown";
      const visible = shown(`class.${cls}`);
      return {
        color: colour(visible ? "commune-line" : "land-line"), weight: Math.min(weight, 1.2), opacity: 1, fill: true, fillOpacity: 1,
        fillColor: visible ? colour(`class-${cls}`) : colour("land"), hatch: visible && cls === "unknown" ? colour("hatch") : null,
      };
    },
  }).addTo(group);
  for (const name of ["band", "provinces", "border"]) layers[name].eachLayer((sheet) => copy(sheet.toGeoJSON(), name, sheet.options.style));
}

function copyMarks() {
  map.eachLayer((mark) => {
    const { pane, icon: sign } = mark.options;
    if (!(mark instanceof L.Marker) || !COPIED.includes(pane)) return;
    const html = sign.options.html.cloneNode(true);
    L.marker(mark.getLatLng(), { pane, interactive: false, keyboard: false, icon: L.divIcon({ ...sign.options, html }) }).addTo(group);
  });
}

const copy = (shapes, pane, style) => L.geoJSON(shapes, { pane, renderer: pens[pane], interactive: false, smoothFactor: 0.5, style }).addTo(group);

function drawIncidents() {
  if (!past.incidents || !shown("incidents")) return;
  const { mode, cells, points, cell_deg: side, communes: counts } = past.incidents;
  if (map.getZoom() >= COUNTS_FROM_ZOOM) for (const [code, n] of Object.entries(counts)) drawCount(communes.get(code), n);
  const style = { pane: "density", renderer: pens.density, color: colour("casing"), weight: 0.6, fillColor: colour("dot"), fillOpacity: 0.55 };
  const radius = map.getZoom() < 9 ? 2.4 : map.getZoom() < 12 ? 3.4 : 5;
  if (mode !== "density") return void group.addLayer(dots(points.map(([, lon, lat]) => [lon, lat]), { ...style, radius }));
  const most = cells.reduce((top, [, , n]) => Math.max(top, n), 1);
  for (const [lon, lat, n] of cells) {
    const half = (side / 2) * Math.max(0.16, Math.sqrt(n / most));
    L.rectangle([[lat - half, lon - half], [lat + half, lon + half]], { ...style, interactive: false, opacity: 0.6, fill: true }).addTo(group);
  }
}

function drawCount(unit, n) {
  if (!unit) return;
  const html = el("span", { class: "count-badge" }, el("span", {}, formatNumber(n)));
  L.marker([unit.at[1], unit.at[0]], { pane: "counts", interactive: false, keyboard: false, icon: L.divIcon({ className: "", html, iconSize: [0, 0], iconAnchor: [0, -15] }) }).addTo(group);
}

function drawHotspot(spot) {
  const size = map.getZoom() < 6.8 ? 12 : map.getZoom() < 7.8 ? 15 : map.getZoom() < 9.5 ? 18 : 22;
  const html = el("span", { class: "spot" }, icon(`spot-${spot.status}`, ""));
  html.style.cssText = `width:${size}px;height:${size}px`;
  const label = `${words.statuses[spot.status]}: ${spot.name}`;
  L.marker([spot.lat, spot.lon], { pane: "hotspots", keyboard: false, alt: label, icon: L.divIcon({ className: "hotspot-before", html, iconSize: [size, size] }), zIndexOffset: ORDER.indexOf(spot.status) * 1000 })
    .bindTooltip(el("span", {}, label), { className: "tip", direction: "top", offset: [0, -size / 2] }).addTo(group);
}

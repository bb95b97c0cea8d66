// What is picked, on the map itself: the outline of a commune or a cluster, a ring around a symbol.

import { communes } from "./areas.js";
import { colour } from "./colours.js";
import { byId } from "./dom.js";
import { findInLayers } from "./layers.js";
import { data } from "./spots.js";
import { state } from "./state.js";

const { map } = window.diaban;
const pen = L.svg({ pane: "selection" });
const marks = L.layerGroup().addTo(map);
const RADIUS_PX = { h: 17, i: 11, f: 19, g: 15, k: 19 }; // wider than the symbol, whatever its size

const picked = () => [state.pick.slice(0, 1), state.pick.slice(2)];
const clusterOf = (ref) => data.clusters.find(({ id }) => String(id) === ref);

// [longitude, latitude] of a symbol, null where what is picked is no symbol or not on the map.
function pickedAt() {
  const [kind, ref] = picked();
  if (!(kind in RADIUS_PX)) return null;
  if (kind === "i") return data.incidents?.points.find(([id]) => String(id) === ref)?.slice(1, 3) ?? null;
  if (kind === "f" || kind === "g") return findInLayers().find(({ key }) => key === state.pick)?.at ?? null;
  const found = kind === "h" ? data.hotspots.find((spot) => spot.ref === ref) : clusterOf(ref);
  return found && found.lon !== null ? [found.lon, found.lat] : null;
}

// Light and dark lie on each other, so that the ring is seen on every ground.
const STROKES = [["casing", 7], ["province-line", 3]];

export function markPicked() {
  marks.clearLayers();
  const [kind, ref] = picked();
  const unit = kind === "c" ? communes.get(ref) : null;
  if (unit) outline(unit.layer.feature, [["province-line", 3]]);
  const cluster = kind === "k" ? clusterOf(ref) : null;
  if (cluster && widthPx(cluster.hull) > 2 * RADIUS_PX.k) return outline(cluster.hull, STROKES);
  const at = pickedAt();
  if (!at) return;
  for (const [name, weight] of STROKES) {
    L.circleMarker([at[1], at[0]], { pane: "selection", renderer: pen, interactive: false, className: "pick-ring", radius: RADIUS_PX[kind], fill: false, color: colour(name), weight }).addTo(marks);
  }
}

function outline(shape, strokes) {
  for (const [name, weight] of strokes) {
    L.geoJSON(shape, { pane: "selection", renderer: pen, interactive: false, smoothFactor: 0, style: { fill: false, color: colour(name), weight, className: "pick-outline" } }).addTo(marks);
  }
}

function widthPx(shape) {
  const bounds = L.geoJSON(shape).getBounds();
  return map.project(bounds.getNorthEast()).distanceTo(map.project(bounds.getSouthWest()));
}

// What the card tells of must not lie under the card.
export function uncoverPicked() {
  const at = pickedAt();
  const card = byId("detail");
  if (!at || card.hidden) return;
  const { x, y } = map.latLngToContainerPoint([at[1], at[0]]);
  const [left, top] = [card.offsetLeft - 30, card.offsetTop - 30];
  if (x > left && y > top) map.panBy(innerWidth > 720 ? [x - left + 20, 0] : [0, y - top + 20], { animate: false });
}

map.on("zoomend", markPicked);

// The planner's screen: puts the pieces together and keeps them in step with the address.

import { ask, viewQuery } from "./api.js";
import { classOf, communes, drawBorder, drawProvinces, loadAreas, loadBorder, loadProvinces, mainPart, onCommune, provinces, restyleAreas, tipText, wordsOf } from "./areas.js";
import { closeCard, openCard } from "./card.js";
import { onColourChange } from "./colours.js";
import { isOnSymbol } from "./crowd.js";
import { compareAgain, startCompare } from "./compare.js";
import { byId, onceAFrame } from "./dom.js";
import { loadFigures } from "./figures.js";
import { loadFilterCounts, showFilters, startFilters } from "./filters.js";
import { refreshList, startList } from "./inview.js";
import { buildLegend, countInView, refreshSwitches } from "./legend.js";
import { drawLayers, loadLayers } from "./layers.js";
import { buildInset, drawIsles, drawNames, refreshInset } from "./names.js";
import { markPicked, uncoverPicked } from "./picked.js";
import { startSharing } from "./print.js";
import { startSearch } from "./search.js";
import { data, drawClusters, drawHotspots, drawIncidents, loadHotspots, loadIncidents, loadSpots, onPick } from "./spots.js";
import { OF_INCIDENTS, change, onChange, readAddress, state, words } from "./state.js";
import { drawMonths, loadMonths, startPlay } from "./timebar.js";
import { t } from "./words.js";
import "./enter.js";
import "./facilities.js";
import "./gates.js";
import "./routes.js";
import "./segments.js";

const { map, nation } = window.diaban;
const tip = L.tooltip({ className: "tip", sticky: true, direction: "top", offset: [0, -6] });

for (const [way, label] of [["in", t("Phóng to")], ["out", t("Thu nhỏ")]]) {
  const button = map.getContainer().querySelector(`.leaflet-control-zoom-${way}`);
  button?.setAttribute("title", label);
  button?.setAttribute("aria-label", label);
}
map.setMinZoom(4.25).setMaxZoom(18);
L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 140 }).addTo(map);

// The view ----------------------------------------------------------------

function showArea() {
  const chosen = provinces.get(state.province);
  if (state.at) map.setView([state.at.lat, state.at.lon], state.at.zoom, { animate: false });
  else map.fitBounds(chosen ? mainPart(chosen) : nation, { animate: false, padding: chosen ? [24, 24] : [0, 0] });
}

function showTip(code) {
  tip.remove();
  const unit = code && communes.get(code);
  if (unit) tip.setContent(tipText(`${unit.name}: ${wordsOf(code, words.classes[classOf(code)])}`));
  if (unit) map.once("mousemove", ({ latlng }) => { if (communes.get(code) === unit && !isOnSymbol()) tip.setLatLng(latlng).addTo(map); });
}

// What lies outside the chosen province brings its own.
function goTo(target) {
  if (target.bounds) map.fitBounds(target.bounds, { maxZoom: 12, padding: [60, 60], animate: false });
  else map.setView([target.at[1], target.at[0]], Math.max(map.getZoom(), 12), { animate: false });
  const { lat, lng } = map.getCenter();
  const offered = [...byId("province").options].some(({ value }) => value === target.province);
  const elsewhere = state.province && target.province && target.province !== state.province;
  change({ pick: target.key, at: { lat, lon: lng, zoom: map.getZoom() }, ...(elsewhere ? { province: offered ? target.province : "" } : {}) });
}

const redrawView = onceAFrame(() => {
  drawNames();
  drawIsles();
  countInView();
  refreshInset();
  refreshList();
});

function onMoved() {
  const { lat, lng } = map.getCenter();
  change({ at: { lat, lon: lng, zoom: map.getZoom() } }, { step: false });
}

const redrawAll = () => {
  restyleAreas();
  drawBorder();
  drawHotspots();
  drawClusters();
  drawIncidents();
  drawLayers();
  markPicked();
  redrawView();
};

let moving = 0;

const any = (changed, ...names) => names.some((name) => changed.has(name));

// Asks anew for what depends on what changed, and for nothing else.
async function react(changed) {
  showFilters();
  if (changed.has("pick")) { openCard({ loading: any(changed, "province", "from", "to", "hkinds", ...OF_INCIDENTS) }); markPicked(); uncoverPicked(); }
  if (changed.has("off")) { refreshSwitches(); redrawAll(); }
  if (any(changed, "province", "view")) showArea();
  const area = any(changed, "province", "from", "to");
  const cases = area || any(changed, ...OF_INCIDENTS);
  const spots = area || changed.has("hkinds");
  if (!cases && !spots) {
    if (changed.has("at")) loadSoon();
    return;
  }
  // What the eye waits for goes first; figures and the rest follow without holding it up.
  if (cases && !area) await loadIncidents();
  const rest = Promise.all([loadFigures({ casesOnly: !area && !spots }), loadFilterCounts(), loadLayers(changed)]);
  if (any(changed, "province", ...OF_INCIDENTS)) loadMonths();
  else if (area) drawMonths();
  if (area) await Promise.all([loadAreas(), loadIncidents(), loadSpots()]);
  else if (spots) await loadHotspots();
  rest.then(countInView);
  openCard();
  markPicked();
  redrawView();
  compareAgain();
  performance.mark("view-changed");
}

function loadSoon() {
  redrawView();
  clearTimeout(moving);
  moving = setTimeout(() => loadIncidents().then(countInView), 120);
}

async function start() {
  readAddress();
  startFilters();
  showFilters();
  buildLegend();
  onCommune({ pick: (code) => change({ pick: `c:${code}` }), tip: showTip });
  onPick((pick) => change({ pick }), () => tip.remove());
  startSearch(goTo);
  startPlay();
  startSharing();
  startList();
  showArea();
  const shapes = loadProvinces().then((found) => {
    if (!found) return;
    if (state.province && !state.at) showArea();
    buildInset(found);
    redrawView();
  });
  // The communes are asked for alone: what counts thousands of records would hold them up.
  await Promise.all([shapes, loadAreas().then(() => { performance.mark("communes-drawn"); })]);
  await Promise.all([loadSpots(), loadIncidents(), loadBorder(), loadFigures(), loadMonths(), loadLayers(new Set(["province", "from", "to"]))]);
  performance.mark("all-drawn");
  openCard();
  markPicked();
  redrawView();
  onChange(react);
  map.on("moveend", onMoved);
  map.on("zoomend", () => { restyleAreas(); drawClusters(); drawIncidents(); drawBorder(); drawLayers(); });
  onColourChange(() => { drawProvinces(); redrawAll(); compareAgain(); });
  startCompare();
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) closeCard(); });
  document.documentElement.dataset.ready = "true";
}

start();

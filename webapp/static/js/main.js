// The planner's screen: puts the pieces together and keeps them in step with the address.

import { ask, viewQuery } from "./api.js";
import { classOf, communes, drawBorder, drawProvinces, loadAreas, loadBorder, loadProvinces, onCommune, provinces, restyleAreas, tipText } from "./areas.js";
import { closeCard, openCard } from "./card.js";
import { colour, onColourChange } from "./colours.js";
import { byId, formatDate, formatNumber, onceAFrame, readDate } from "./dom.js";
import { buildLegend, countInView, refreshSwitches } from "./legend.js";
import { drawLayers, loadLayers } from "./layers.js";
import { buildInset, drawIsles, drawNames, refreshInset } from "./names.js";
import { startSharing } from "./print.js";
import { startSearch } from "./search.js";
import { data, drawClusters, drawHotspots, drawIncidents, loadIncidents, loadSpots, onPick } from "./spots.js";
import { change, onChange, page, readAddress, state, words } from "./state.js";
import { drawMonths, loadMonths, startPlay } from "./timebar.js";

const { map, nation } = window.diaban;
const tip = L.tooltip({ className: "tip", sticky: true, direction: "top", offset: [0, -6] });
let highlight = null;

map.setMinZoom(4.25).setMaxZoom(18);
L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 140 }).addTo(map);

// Filters -----------------------------------------------------------------

function showFilters() {
  byId("province").value = state.province;
  byId("from").value = formatDate(state.from);
  byId("to").value = formatDate(state.to);
  const period = byId("period");
  const fits = [...period.options].find(({ value }) => value && value.split("/")[0] === state.from && [value.split("/")[1], page.today].includes(state.to) && state.to <= value.split("/")[1]);
  period.value = fits?.value ?? "";
}

function startFilters() {
  byId("province").addEventListener("change", (event) => change({ province: event.target.value, at: null, pick: "" }));
  byId("period").addEventListener("change", ({ target }) => {
    if (!target.value) return byId("from").focus();
    const [from, to] = target.value.split("/");
    return change({ from, to: to > page.today && from <= page.today ? page.today : to });
  });
  const dates = () => {
    const [from, to] = [readDate(byId("from").value), readDate(byId("to").value)];
    byId("from").setCustomValidity(from ? "" : "Hãy nhập ngày dạng 14/06/2026, từ năm 1990 đến năm 2100.");
    byId("to").setCustomValidity(!to ? "Hãy nhập ngày dạng 14/06/2026, từ năm 1990 đến năm 2100." : from && from > to ? "Đến ngày phải sau hoặc bằng từ ngày." : "");
    if (!byId("from").reportValidity() || !byId("to").reportValidity()) return;
    if (from !== state.from || to !== state.to) change({ from, to });
  };
  byId("from").addEventListener("change", dates);
  byId("to").addEventListener("change", dates);
  byId("sheet-handle").addEventListener("click", () => {
    const open = byId("side").classList.toggle("open");
    byId("sheet-handle").setAttribute("aria-expanded", String(open));
  });
}

// Figures -----------------------------------------------------------------

async function loadFigures() {
  const found = await ask("summary", viewQuery());
  if (!found) return;
  for (const node of document.querySelectorAll("[data-figure]")) {
    node.textContent = formatNumber(found[node.dataset.figure]);
    node.classList.remove("waiting");
  }
  explainEmptiness(found);
}

function explainEmptiness(found) {
  const note = byId("empty-note");
  const nothing = found.cases === 0 && found.active + found.cleared + found.re_emerged === 0;
  note.hidden = !nothing;
  if (!nothing) return;
  note.textContent = found.cases_ever === 0
    ? "Chưa có vụ việc hay điểm, tụ điểm nào được nhập cho địa bàn này."
    : `Không có vụ việc nào từ ${formatDate(state.from)} đến ${formatDate(state.to)} tại địa bàn này. Hãy chọn kỳ khác trên thanh thời gian.`;
}

// The view ----------------------------------------------------------------

function showArea() {
  const chosen = provinces.get(state.province);
  if (state.at) map.setView([state.at.lat, state.at.lon], state.at.zoom, { animate: false });
  else map.fitBounds(chosen ? mainPart(chosen) : nation, { animate: false, padding: chosen ? [24, 24] : [0, 0] });
}

// A province with far islands is shown by its mainland; the inset shows the rest.
function mainPart({ bounds, main }) {
  return main ? [[main[1], main[0]], [main[3], main[2]]] : bounds;
}

function highlightPicked() {
  highlight?.remove();
  const unit = state.pick.startsWith("c:") ? communes.get(state.pick.slice(2)) : null;
  if (!unit) return;
  highlight = L.geoJSON(unit.layer.feature, { pane: "selection", interactive: false, smoothFactor: 0, style: { fill: false, color: colour("province-line"), weight: 3 } }).addTo(map);
}

function showTip(code) {
  tip.remove();
  const unit = code && communes.get(code);
  if (unit) tip.setContent(tipText(`${unit.name}: ${words.classes[classOf(code)]}`));
  if (unit) map.once("mousemove", ({ latlng }) => { if (communes.get(code) === unit) tip.setLatLng(latlng).addTo(map); });
}

function goTo(target) {
  if (target.bounds) map.fitBounds(target.bounds, { maxZoom: 12, padding: [60, 60], animate: false });
  else map.setView([target.at[1], target.at[0]], Math.max(map.getZoom(), 12), { animate: false });
  change({ pick: target.key });
}

// What the card tells of must not lie under the card.
function uncoverPicked() {
  const [kind, ref] = [state.pick.slice(0, 1), state.pick.slice(2)];
  const spot = kind === "h" ? data.hotspots.find((each) => each.ref === ref) : kind === "k" ? data.clusters.find((each) => String(each.id) === ref) : null;
  const card = byId("detail");
  if (!spot || spot.lon === null || card.hidden) return;
  const at = map.latLngToContainerPoint([spot.lat, spot.lon]);
  const [left, top] = [card.offsetLeft - 30, card.offsetTop - 30];
  if (at.x > left && at.y > top) map.panBy(innerWidth > 720 ? [at.x - left + 20, 0] : [0, at.y - top + 20], { animate: false });
}

const redrawView = onceAFrame(() => {
  drawNames();
  drawIsles();
  countInView();
  refreshInset();
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
  highlightPicked();
  redrawView();
};

let moving = 0;

async function react(changed) {
  showFilters();
  if (changed.has("pick")) { openCard(); highlightPicked(); uncoverPicked(); }
  if (changed.has("off")) { refreshSwitches(); redrawAll(); }
  const days = changed.has("from") || changed.has("to");
  if (changed.has("province") && !state.at) showArea();
  else if (changed.has("at") && changed.has("province")) showArea();
  if (!changed.has("province") && !days) {
    if (!changed.has("at")) return;
    redrawView();
    clearTimeout(moving);
    moving = setTimeout(() => loadIncidents().then(countInView), 120);
    return;
  }
  if (changed.has("province")) loadMonths();
  else drawMonths();
  await Promise.all([loadAreas(), loadSpots(), loadIncidents(), loadFigures(), loadLayers(changed)]);
  openCard();
  highlightPicked();
  redrawView();
}

async function start() {
  readAddress();
  showFilters();
  startFilters();
  buildLegend();
  onCommune({ pick: (code) => change({ pick: `c:${code}` }), tip: showTip });
  onPick((pick) => change({ pick }));
  startSearch(goTo);
  startPlay();
  startSharing();
  showArea();
  const shapes = loadProvinces().then((found) => {
    if (!found) return;
    if (state.province && !state.at) showArea();
    buildInset(found);
    redrawView();
  });
  const figures = Promise.all([loadFigures(), loadMonths()]);
  await Promise.all([shapes, loadAreas().then(() => { performance.mark("communes-drawn"); })]);
  await Promise.all([loadSpots(), loadIncidents(), loadBorder(), loadLayers(new Set(["province", "from", "to"])), figures]);
  performance.mark("all-drawn");
  openCard();
  highlightPicked();
  redrawView();
  onChange(react);
  map.on("moveend", onMoved);
  map.on("zoomend", () => { restyleAreas(); drawHotspots(); drawClusters(); drawIncidents(); drawBorder(); drawLayers(); });
  onColourChange(() => { drawProvinces(); redrawAll(); });
  addEventListener("keydown", (event) => { if (event.key === "Escape") closeCard(); });
  document.documentElement.dataset.ready = "true";
}

start();

// Drawing a line of several parts on the map: click adds, drag moves, Backspace takes back,
// double click ends. What is drawn is told to a listener as parts of [lon, lat].

import { colour } from "../colours.js";
import { t } from "../words.js";

const MOST_KNOTS = 250; // handles shown at once; more would only hide the line
const SAME_PX = 5; // a click so near to the one before is its second half
const STEP_PX = 6; // how far an arrow key moves a point

export function startDrawing(map, { changed, told }) {
  const pen = { pane: "routes", renderer: L.svg({ pane: "routes" }), smoothFactor: 0, interactive: false, lineJoin: "round" };
  const sheet = L.layerGroup().addTo(map);
  const knots = L.layerGroup().addTo(map);
  const thread = L.polyline([], { ...pen, color: colour("ink"), weight: 1.5, dashArray: "4 5", opacity: 0.7 }).addTo(map);
  const undone = [];
  let parts = [];
  let drawing = false;
  let fresh = false; // the next click begins a part
  let widthM = 0;

  map.doubleClickZoom.disable();

  const copy = () => parts.map((part) => part.map((at) => [...at]));
  const last = () => (fresh ? null : parts.at(-1)?.at(-1) ?? null);
  const point = ([lon, lat]) => [lat, lon];
  const rounded = ({ lng, lat }) => [Number(lng.toFixed(6)), Number(lat.toFixed(6))];

  function act(step) {
    undone.push(copy());
    if (undone.length > 100) undone.shift();
    step();
    parts = parts.filter((part) => part.length);
    draw();
    changed(copy());
  }

  function draw() {
    sheet.clearLayers();
    const line = parts.filter((part) => part.length > 1).map((part) => part.map(point));
    const metres = (40_075_016.7 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8);
    if (widthM / metres > 6) L.polyline(line, { ...pen, color: colour("brand"), weight: widthM / metres, opacity: 0.16, lineCap: "butt" }).addTo(sheet);
    L.polyline(line, { ...pen, color: colour("casing"), weight: 7 }).addTo(sheet);
    L.polyline(line, { ...pen, color: colour("ink"), weight: 3 }).addTo(sheet);
    drawKnots();
    drawThread(null);
    told({ drawing, count: parts.reduce((n, part) => n + part.length, 0), crowded: crowded() });
  }

  const near = (at) => map.getBounds().pad(0.05).contains(point(at));
  const crowded = () => parts.flat().filter(near).length > MOST_KNOTS;

  function drawKnots() {
    knots.clearLayers();
    if (crowded()) return;
    parts.forEach((part, p) => part.forEach((at, i) => {
      if (near(at)) knot(p, i);
      const next = part[i + 1];
      if (next && !drawing) between(p, i, [(at[0] + next[0]) / 2, (at[1] + next[1]) / 2]);
    }));
  }

  function knot(p, i) {
    const ends = [p === 0 && i === 0 ? "draw-knot-first" : "", p === parts.length - 1 && i === parts[p].length - 1 ? "draw-knot-last" : ""];
    const label = t("Điểm {point} của đoạn {part}: phím mũi tên để dời, Delete để xóa", { point: i + 1, part: p + 1 });
    const marker = handle(parts[p][i], ["draw-knot", ...ends].filter(Boolean).join(" "), label, `${p}-${i}`);
    marker.on("drag", ({ latlng }) => { moveTo(p, i, latlng); });
    marker.on("dragstart", () => undone.push(copy()));
    marker.on("dragend", () => { draw(); changed(copy()); });
    marker.on("click", (event) => {
      L.DomEvent.stop(event);
      if (drawing && !fresh && p === parts.length - 1 && i === parts[p].length - 1) end();
    });
    marker.on("contextmenu", (event) => { L.DomEvent.stop(event); act(() => parts[p].splice(i, 1)); });
    marker.on("keydown", ({ originalEvent: event }) => onKey(event, p, i));
  }

  function moveTo(p, i, latlng) {
    parts[p][i] = rounded(latlng);
    sheet.clearLayers();
    for (const [name, weight] of [["casing", 7], ["ink", 3]]) L.polyline(parts.map((part) => part.map(point)), { ...pen, color: colour(name), weight }).addTo(sheet);
  }

  function onKey(event, p, i) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      event.stopPropagation();
      return act(() => parts[p].splice(i, 1));
    }
    if (!steps[event.key]) return undefined;
    event.preventDefault();
    event.stopPropagation();
    const pixel = map.latLngToContainerPoint(point(parts[p][i])).add(L.point(steps[event.key]).multiplyBy(STEP_PX));
    act(() => { parts[p][i] = rounded(map.containerPointToLatLng(pixel)); });
    return focus(p, i);
  }

  function focus(p, i) {
    map.getContainer().querySelector(`.draw-knot[data-knot="${p}-${i}"]`)?.focus();
  }

  function between(p, i, at) {
    if (!near(at)) return;
    const marker = handle(at, "draw-knot draw-knot-between");
    marker.on("dragstart", () => { undone.push(copy()); parts[p].splice(i + 1, 0, at); });
    marker.on("drag", ({ latlng }) => moveTo(p, i + 1, latlng));
    marker.on("dragend", () => { draw(); changed(copy()); });
  }

  // With a label it is reached by the keyboard and found again by its key.
  function handle(at, className, label = "", key = "") {
    const marker = L.marker(point(at), { pane: "hotspots", draggable: true, keyboard: Boolean(label), autoPan: true, icon: L.divIcon({ className, iconSize: [24, 24] }) });
    if (label) marker.on("add", () => { marker.getElement().setAttribute("aria-label", label); marker.getElement().dataset.knot = key; });
    return marker.addTo(knots);
  }

  function drawThread(latlng) {
    const from = last();
    thread.setLatLngs(drawing && from && latlng ? [point(from), latlng] : []);
  }

  function add(latlng) {
    const before = last();
    if (before && map.latLngToContainerPoint(point(before)).distanceTo(map.latLngToContainerPoint(latlng)) < SAME_PX) return;
    act(() => {
      if (fresh || !parts.length) parts.push([]);
      fresh = false;
      parts.at(-1).push(rounded(latlng));
    });
  }

  function end() {
    drawing = false;
    fresh = false;
    draw();
  }

  map.on("click", ({ latlng }) => { if (drawing) add(latlng); });
  map.on("dblclick", () => { if (drawing) end(); });
  map.on("mousemove", ({ latlng }) => { if (drawing) drawThread(latlng); });
  map.on("moveend zoomend", () => draw());

  return {
    set(given) { undone.push(copy()); parts = given.map((part) => part.map((at) => [...at])); fresh = false; draw(); },
    get: copy,
    width(metres) { widthM = metres; draw(); },
    begin() { drawing = true; draw(); },
    end,
    isDrawing: () => drawing,
    part() { drawing = true; fresh = true; draw(); },
    back() { act(() => parts.at(-1)?.pop()); },
    turn() { act(() => { parts = parts.reverse().map((part) => part.reverse()); }); },
    clear() { act(() => { parts = []; }); drawing = true; fresh = false; draw(); },
    undo() {
      if (!undone.length) return;
      parts = undone.pop();
      fresh = false;
      draw();
      changed(copy());
    },
    bounds: () => (parts.flat().length ? L.latLngBounds(parts.flat().map(point)) : null),
    redraw: draw,
  };
}

// The months of the view in one answer, and the map drawn from it for any of them: a step of the
// time bar asks the server for nothing.
//
// The pieces of the story are months, the one in which the view begins cut in two; so the days of
// every step are a sum of pieces, and what a step shows is what the server would say of its days.

import { ask, viewQuery } from "./api.js";
import { setClasses } from "./areas.js";
import { openCard } from "./card.js";
import { showFigures } from "./figures.js";
import { countInView } from "./legend.js";
import { data, drawClusters, drawHotspots, drawIncidents } from "./spots.js";
import { page, state } from "./state.js";

const { map } = window.diaban;
const FRESH_MS = 5 * 60 * 1000; // a story told long ago is asked for again
const LEAF = 10_000; // parts of a degree in which points are told

let story = null;
let asked = null; // {key, answer} of the question that is under way

// What the story is about: everything in a question but its last day.
function keyOf() {
  const query = viewQuery();
  query.delete("from");
  query.delete("to");
  return query.toString();
}

function fits(found) {
  if (!found || found.key !== keyOf() || Date.now() - found.at > FRESH_MS) return false;
  if (!found.firsts.has(state.from) || state.to > found.days[1]) return false;
  if (found.mode === "cells" && found.cell_deg !== cellOf(map.getZoom())) return false;
  return !found.box || holds(found.box, map.getBounds());
}

const holds = ([west, south, east, north], view) => west <= view.getWest() && south <= view.getSouth() && east >= view.getEast() && north >= view.getNorth();
const cellOf = (zoom) => 2 ** (4 - Math.min(Math.floor(zoom), 14));

export const hasStory = () => fits(story);

// The story of the view as it stands; null when the question was cancelled or failed.
// `cut` is the day on which the view began before the handle was moved: a month is cut there.
export async function fetchStory(cut) {
  if (fits(story) && story.firsts.has(cut)) return story;
  const key = `${keyOf()} ${cut} ${map.getZoom()} ${map.getCenter()}`;
  if (asked?.key !== key) asked = { key, answer: askStory(cut) };
  return asked.answer;
}

async function askStory(cut) {
  const key = keyOf();
  const view = map.getBounds().pad(0.5);
  const bbox = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((n) => n.toFixed(3)).join(",");
  const to = [cut, state.to, page.today].sort().at(-1);
  const found = await ask("story", viewQuery({ from: cut, to, bbox, zoom: map.getZoom().toFixed(2) }));
  asked = null;
  if (!found) return null;
  const clusters = data.clusterRun?.too_early ? await ask("story-clusters", viewQuery({ to: found.days[1] }), "clusters") : null;
  story = { ...found, key, at: Date.now(), firsts: new Set(found.pieces), ...indexed(found), run: clusters ?? { ...data.clusterRun, clusters: data.clusters } };
  return story;
}

// Where the rows of a piece begin, for lists of numbers that come in the order of pieces.
function indexed(found) {
  const wide = found.mode === "points" ? 3 : 4;
  const flat = found.mode === "points" ? found.points : found.cells;
  const starts = [];
  for (let row = 0; row < flat.length; row += wide) for (let piece = starts.length; piece <= flat[row]; piece += 1) starts.push(row);
  while (starts.length <= found.pieces.length) starts.push(flat.length);
  const classes = found.classes.map(({ on, period, codes }) => ({ on, period, found: Object.fromEntries(Object.entries(codes).flatMap(([cls, all]) => all.map((code) => [code, cls]))), free: freeOf(codes) }));
  return { wide, flat, starts, classes, vague: found.vague.toSorted(([, a], [, b]) => a - b) };
}

// How many are drug-free; null where no commune had a class.
function freeOf({ unknown, ...codes }) {
  return Object.values(codes).some((all) => all.length) ? (codes.drug_free?.length ?? 0) : null;
}

let classesOn = null;

// Draws the days of the state from the story, and only from it.
export function drawStep({ lively = false } = {}) {
  if (!fits(story)) return false;
  const first = story.pieces.indexOf(state.from);
  const last = story.pieces.findLastIndex((start) => start <= state.to);
  data.hotspots = hotspotsOn(state.to);
  data.incidents = incidentsOf(first, last);
  const classes = story.classes.findLast(({ on }) => on <= state.to);
  if (classes !== classesOn) setClasses(classes?.found ?? {}, classes?.period ?? null);
  classesOn = classes;
  showClusters();
  drawHotspots({ lively });
  drawIncidents();
  showFigures(figuresOf(first, last, classes));
  countInView();
  if (state.pick.startsWith("h:")) openCard();
  performance.mark("story-step");
  return true;
}

// What the page loads again is no longer what the story showed last.
export const endStory = () => { classesOn = null; };

function hotspotsOn(day) {
  return story.hotspots.flatMap((spot) => {
    const change = spot.changes.findLast(([on]) => on <= day);
    return change ? [{ ...spot, status: change[1], events: spot.events.filter(([, on]) => on <= day) }] : [];
  });
}

function showClusters() {
  const { run } = story;
  if (!run.as_of) return;
  const early = state.to < run.as_of;
  if (data.clusterRun?.too_early === early && data.clusters.length === (early ? 0 : run.clusters.length)) return;
  data.clusterRun = { ...run, too_early: early };
  data.clusters = early ? [] : run.clusters;
  drawClusters();
}

const sum = (numbers, first, last) => numbers.slice(first, last + 1).reduce((all, n) => all + n, 0);

function figuresOf(first, last, classes) {
  const count = (status) => data.hotspots.filter((spot) => spot.status === status).length;
  return {
    cases: sum(story.cases, first, last), offenders: sum(story.offenders, first, last),
    active: count("active"), cleared: count("cleared"), re_emerged: count("re_emerged"), drug_free: classes?.free ?? null, any_ever: true,
  };
}

// As the server answers for a box: points where they are few enough, else counts of cells.
function incidentsOf(first, last) {
  const [most, mostNear, nearZoom] = story.limits;
  const cellDeg = story.cell_deg ?? cellOf(map.getZoom());
  const communes = {};
  for (const [code, piece, n] of story.vague) if (piece >= first && piece <= last) communes[code] = (communes[code] ?? 0) + n;
  const told = { cell_deg: cellDeg, cells: [], points: [], communes };
  if (first < 0 || last < first) return { ...told, mode: "dots" };
  const rows = { from: story.starts[first], to: story.starts[last + 1] };
  if (story.mode === "cells") return { ...told, mode: "density", cells: cellsFrom(rows) };
  const points = pointsIn(rows, map.getBounds().pad(0.15));
  if (points.length <= (map.getZoom() >= nearZoom ? mostNear : most)) return { ...told, mode: "dots", points };
  return { ...told, mode: "density", cells: cellsOf(points, cellDeg) };
}

function pointsIn({ from, to }, view) {
  const [west, south, east, north] = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
  const points = [];
  for (let row = from; row < to; row += 3) {
    const [lon, lat] = [story.flat[row + 1] / LEAF, story.flat[row + 2] / LEAF];
    if (lon >= west && lon <= east && lat >= south && lat <= north) points.push([null, lon, lat]);
  }
  return points;
}

function counted(add, cellDeg) {
  const cells = new Map();
  add((i, j, n) => { const key = i * 65_536 + j; cells.set(key, (cells.get(key) ?? 0) + n); });
  return [...cells].map(([key, n]) => [(Math.floor(key / 65_536) + 0.5) * cellDeg, ((key % 65_536) + 0.5) * cellDeg, n]);
}

const cellsOf = (points, cellDeg) => counted((add) => points.forEach(([, lon, lat]) => add(Math.floor(lon / cellDeg), Math.floor(lat / cellDeg), 1)), cellDeg);

const cellsFrom = ({ from, to }) => counted((add) => {
  for (let row = from; row < to; row += 4) add(story.flat[row + 1], story.flat[row + 2], story.flat[row + 3]);
}, story.cell_deg);

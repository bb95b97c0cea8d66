// A view against the period before it: as differences on the one map, or as two maps side by side.

import { ask, viewQuery } from "./api.js";
import { communes, paintCommunes, tellCommunes } from "./areas.js";
import { colour } from "./colours.js";
import { byId, el, formatDate, formatNumber, icon, svg } from "./dom.js";
import { closeSide, openSide } from "./side.js";
import { markHotspots } from "./spots.js";
import { change, onChange, state } from "./state.js";
import { t } from "./words.js";

const { map } = window.diaban;
const NUMBERS_FROM_ZOOM = 8.5; // differences stand on the communes from here on
const MOST_TOLD = 5; // communes listed a side

map.createPane("changes").style.cssText = "z-index: 505; pointer-events: none;";
const numbers = L.layerGroup().addTo(map);
let found = null; // the answer that is shown

const strip = el("section", { class: "compare", id: "compare", "aria-label": t("So với kỳ trước"), hidden: true });
const key = el("details", { class: "compare-key", id: "compare-key", open: true, hidden: true });
let settled = true; // the map stands where a link put it

export function startCompare() {
  byId("stage").append(strip);
  byId("legend").before(key);
  byId("compare-open").addEventListener("click", () => change({ cmp: state.cmp ? "" : "diff" }));
  onChange((changed) => { if (changed.has("cmp") || changed.has("base")) compareAgain(); });
  map.on("zoomend moveend", drawNumbers);
  settled = state.at !== null;
  compareAgain();
  settled = false;
}

// Asks anew and draws anew what the state wants; without a comparison it takes everything away.
export async function compareAgain() {
  byId("compare-open").setAttribute("aria-pressed", String(Boolean(state.cmp)));
  if (!state.cmp) return leave();
  const stay = settled;
  const answer = await ask("change", viewQuery(state.base ? { base: state.base } : {}));
  if (!answer || !state.cmp) return null;
  found = answer;
  drawStrip();
  byId("stage").classList.add("comparing");
  strip.hidden = false;
  byId("stage").style.setProperty("--strip", `${strip.offsetHeight}px`);
  if (state.cmp === "side") {
    leaveDifference();
    return openSide(found, stay);
  }
  closeSide();
  return drawDifference();
}

function leave() {
  if (!found) return;
  found = null;
  strip.hidden = true;
  byId("stage").classList.remove("comparing");
  leaveDifference();
  closeSide();
}

// The strip above the map ------------------------------------------------------

const span = ([from, to]) => `${formatDate(from)} – ${formatDate(to)}`;

function drawStrip() {
  const { total } = found;
  const close = el("button", { type: "button", class: "close", "aria-label": t("Thôi so sánh") }, "×");
  close.addEventListener("click", () => { change({ cmp: "" }); byId("compare-open").focus(); });
  strip.replaceChildren(
    baseChoice(),
    modes(),
    el("p", { class: "compare-sum" },
      el("span", {}, `${span(found.before)}: `, el("b", {}, t("{n} vụ", { n: formatNumber(total.n[0]) }))), " → ",
      el("span", {}, el("span", { class: "days" }, `${span(found.after)}: `), el("b", {}, t("{n} vụ", { n: formatNumber(total.n[1]) }))), " ",
      el("span", { class: `verdict verdict-${total.verdict}` }, verdictOf(total))),
    close,
  );
}

function baseChoice() {
  const options = [["", t("Kỳ liền trước")], ["year", t("Cùng kỳ năm trước")]];
  const choice = el("select", { id: "compare-base" }, ...options.map(([value, label]) => el("option", { value, selected: state.base === value }, label)));
  choice.addEventListener("change", () => change({ base: choice.value }));
  return el("label", {}, el("span", {}, t("So với")), " ", choice);
}

function modes() {
  const all = [["diff", t("Chênh lệch")], ["side", t("Hai bản đồ")]];
  return el("div", { class: "modes", role: "group", "aria-label": t("Cách so sánh") }, ...all.map(([mode, label]) => {
    const button = el("button", { type: "button", "data-mode": mode, "aria-pressed": String(state.cmp === mode) }, label);
    button.addEventListener("click", () => change({ cmp: mode }));
    return button;
  }));
}

const ratioOf = ([low, high]) => (high === null
  ? t("tỷ số từ {low} trở lên", { low: formatNumber(low) })
  : t("tỷ số {low} đến {high}", { low: formatNumber(low), high: formatNumber(high) }));

const VERDICTS = {
  up: () => t("tăng rõ"), down: () => t("giảm rõ"), unsure: () => t("chưa đủ để kết luận"),
  none: () => t("không có vụ nào"), no_data: () => t("chưa có dữ liệu để so"),
};

function verdictOf({ verdict, ratio, days }) {
  const told = ratio ? `${VERDICTS[verdict]()} (${ratioOf(ratio.map((n) => (n === null ? null : Math.round(n * 100) / 100)))})` : VERDICTS[verdict]();
  const short = days[0] < daysIn(found.before) || days[1] < daysIn(found.after);
  if (!short || verdict === "no_data") return told;
  return `${told}; ${t("tính trên {before} và {after} ngày có dữ liệu", { before: formatNumber(days[0]), after: formatNumber(days[1]) })}`;
}

const daysIn = ([from, to]) => (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;

// Differences on the one map -----------------------------------------------------

// The further from "as before", the stronger the colour; the signs of the numbers keep rise and
// fall apart where there is no colour.
const STEPS = ["down_2", "down_1", "level", "up_1", "up_2"];

const STRONG = new Set(["down_2", "up_2"]); // fills on which the common hatch is not seen

function stepOf({ difference, verdict }) {
  if (verdict === "none" || verdict === "no_data") return null;
  if (difference === 0) return "level";
  return `${difference > 0 ? "up" : "down"}_${Math.abs(difference) >= found.strong ? 2 : 1}`;
}

function paint(code) {
  const each = found.communes[code];
  if (!each) return { fillColor: colour("land"), color: colour("land-line"), hatch: null };
  const step = stepOf(each);
  if (each.verdict === "no_data") return { fillColor: colour("class-unknown"), color: colour("land-line"), hatch: colour("hatch") };
  return { fillColor: colour(`change-${step ?? "none"}`), color: colour("land-line"), hatch: each.verdict === "unsure" ? colour(STRONG.has(step) ? "hatch-change-on-dark" : "hatch-change") : null };
}

const signed = (n) => (n > 0 ? `+${formatNumber(n)}` : n < 0 ? `−${formatNumber(-n)}` : "0");

function tell(code) {
  const each = found.communes[code];
  if (!each) return t("ngoài phạm vi của tài khoản");
  return `${formatNumber(each.n[0])} → ${t("{n} vụ", { n: formatNumber(each.n[1]) })}, ${VERDICTS[each.verdict]()}`;
}

const ARROWS = {
  opened: ["arrow-up", () => t("mới xuất hiện trong kỳ")], back: ["arrow-back", () => t("tái phức tạp trong kỳ")], closed: ["arrow-down", () => t("đã triệt xóa trong kỳ")],
};

function drawDifference() {
  byId("stage").classList.add("differing");
  byId("legend").classList.add("differing");
  paintCommunes(paint);
  tellCommunes(tell);
  const changes = new Map(found.hotspots.map((spot) => [`${spot.source}\n${spot.ref}`, spot.change]));
  markHotspots((spot) => {
    const arrow = ARROWS[changes.get(`${spot.source}\n${spot.ref}`)];
    return arrow ? { icon: arrow[0], words: arrow[1]() } : null;
  });
  drawNumbers();
  drawKey();
}

function leaveDifference() {
  byId("stage").classList.remove("differing");
  byId("legend").classList.remove("differing");
  key.hidden = true;
  paintCommunes(null);
  tellCommunes(null);
  markHotspots(null);
  numbers.clearLayers();
}

function drawNumbers() {
  numbers.clearLayers();
  if (!found || state.cmp !== "diff" || map.getZoom() < NUMBERS_FROM_ZOOM) return;
  const view = map.getBounds();
  for (const [code, each] of Object.entries(found.communes)) {
    const unit = communes.get(code);
    if (!each.difference || !stepOf(each) || !unit || !view.contains([unit.at[1], unit.at[0]])) continue;
    const html = el("span", { class: "count-badge" }, el("span", { class: `change-${each.verdict}` }, signed(each.difference)));
    L.marker([unit.at[1], unit.at[0]], { pane: "changes", interactive: false, keyboard: false, icon: L.divIcon({ className: "", html, iconSize: [0, 0], iconAnchor: [0, -15] }) }).addTo(numbers);
  }
}

// The key: colours with how many communes, arrows with how many hotspots, what changed for sure --

function drawKey() {
  const told = Object.entries(found.communes);
  const counts = new Map();
  const add = (name) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [, each] of told) add(stepOf(each) ?? each.verdict);
  const n = (name) => formatNumber(counts.get(name) ?? 0);
  const { strong } = found;
  key.replaceChildren(
    el("summary", {}, t("Chênh lệch số vụ theo xã")),
    el("ul", {},
      row(fill("up_2"), t("tăng từ {n} vụ", { n: strong }), n("up_2")),
      row(fill("up_1"), t("tăng dưới {n} vụ", { n: strong }), n("up_1")),
      row(fill("level"), t("như kỳ trước"), n("level")),
      row(fill("down_1"), t("giảm dưới {n} vụ", { n: strong }), n("down_1")),
      row(fill("down_2"), t("giảm từ {n} vụ", { n: strong }), n("down_2")),
      row(fill("none"), t("không có vụ nào ở cả hai kỳ"), n("none")),
      row(hatched(), t("gạch chéo: chưa đủ để kết luận"), formatNumber(found.verdicts.unsure ?? 0)),
      counts.get("no_data") ? row(unknown(), t("chưa có dữ liệu"), n("no_data")) : null,
    ),
    el("ul", {}, ...Object.entries(ARROWS).map(([what, [sign, words]]) => row(icon(sign, "swatch"), words(), formatNumber(found.hotspots.filter((spot) => spot.change === what).length)))),
    ...surest("up", t("Tăng rõ")), ...surest("down", t("Giảm rõ")),
    el("p", { class: "muted" }, honesty(told.filter(([, { n: pair }]) => pair[0] + pair[1] >= 6).length)),
  );
  key.hidden = false;
}

const row = (swatch, label, n) => el("li", {}, swatch, el("span", {}, label), el("span", { class: "count" }, n));
const fill = (step) => svg("svg", { class: "swatch", viewBox: "0 0 24 20", "aria-hidden": "true" }, svg("rect", { x: 1, y: 2.5, width: 22, height: 15, rx: 2, fill: `var(--change-${step})`, stroke: "var(--field-line)", "stroke-width": 0.6 }));
const unknown = () => svg("svg", { class: "swatch", viewBox: "0 0 24 20", "aria-hidden": "true" }, svg("rect", { x: 1, y: 2.5, width: 22, height: 15, rx: 2, fill: "url(#hatch)" }));
const hatched = () => svg("svg", { class: "swatch", viewBox: "0 0 24 20", "aria-hidden": "true" }, svg("rect", { x: 1, y: 2.5, width: 22, height: 15, rx: 2, fill: "var(--card)", stroke: "var(--field-line)", "stroke-width": 0.6 }), ...[4, 10, 16].map((x) => svg("path", { d: `M${x - 1} 17L${x + 6} 3`, stroke: "var(--muted)", "stroke-width": 1.2 })));

// Six cases are the fewest of which an exact interval can leave out "no change".
const honesty = (tested) => t("Khoảng tin cậy 95 % chính xác (Poisson), tính riêng từng xã; trong {n} xã có từ 6 vụ trở lên, tối đa khoảng {m} xã có thể được nêu chỉ do ngẫu nhiên.", { n: formatNumber(tested), m: formatNumber(Math.ceil(tested * 0.05)) });

function surest(verdict, title) {
  const all = Object.entries(found.communes).filter(([code, each]) => each.verdict === verdict && communes.has(code))
    .sort(([, a], [, b]) => Math.abs(b.difference) - Math.abs(a.difference));
  if (!all.length) return [];
  const items = all.slice(0, MOST_TOLD).map(([code, { n }]) => {
    const button = el("button", { type: "button" }, communes.get(code).name, el("span", { class: "count" }, `${formatNumber(n[0])} → ${formatNumber(n[1])}`));
    button.addEventListener("click", () => change({ pick: `c:${code}` }));
    return el("li", {}, button);
  });
  return [el("h3", {}, `${title} (${formatNumber(all.length)})`), el("ul", { class: "surest" }, ...items)];
}

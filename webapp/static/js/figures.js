// The figures of what the map shows: of the chosen area, or where the frame does not hold it, of
// the frame, unless the reader wants the area; and why there is nothing where there is nothing.

import { ask, viewQuery } from "./api.js";
import { CITIES, holdsArea } from "./areas.js";
import { byId, el, formatDate, formatNumber } from "./dom.js";
import { isCut } from "./filters.js";
import { OF_INCIDENTS, change, onChange, page, state } from "./state.js";
import { t } from "./words.js";

const { map } = window.diaban;
const SETTLED_MS = 180; // the map has come to rest

let known = {};
let wholeFor = null; // the box of which `known` holds all figures: "" for the area
let asked = null; // the box asked for last
let areaCommunes = null;
let moving = 0;
let closed = ""; // what the note said when the reader closed it

// West, south, east, north on the screen; empty where the figures are those of the area.
function box() {
  if (state.figures === "area" || !state.at || holdsArea(map.getBounds())) return "";
  const view = map.getBounds();
  return [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((degrees) => degrees.toFixed(5)).join(",");
}

// Filters of incidents change the figures of cases alone: then the others need not be asked for.
export async function loadFigures({ casesOnly = false } = {}) {
  const bbox = box();
  const few = casesOnly && wholeFor === bbox;
  if (!few) wholeFor = null;
  asked = bbox;
  const found = await ask("summary", viewQuery({ ...(bbox ? { bbox } : {}), ...(few ? { part: "cases" } : {}) }));
  if (!found) return;
  wholeFor = bbox;
  showFigures(few ? { ...known, ...found } : found, bbox);
}

const isPlaying = () => byId("stage").classList.contains("in-motion");

map.on("moveend", () => {
  clearTimeout(moving);
  moving = setTimeout(() => {
    if (!document.documentElement.dataset.ready || isPlaying()) return;
    showSwitch();
    if (box() !== asked) loadFigures();
  }, SETTLED_MS);
});

onChange((changed) => { if (changed.has("figures")) loadFigures(); });

byId("figures-switch").addEventListener("click", () => change({ figures: state.figures ? "" : "area" }));

function wholeWord() {
  if (page.scope.name) return t("Cả phạm vi");
  if (!state.province) return t("Cả nước");
  return CITIES.has(state.province) ? t("Cả thành phố") : t("Cả tỉnh");
}

// There is a choice only where the frame leaves out a part of the area.
function showSwitch() {
  const button = byId("figures-switch");
  button.hidden = !state.at || holdsArea(map.getBounds());
  button.textContent = wholeWord();
  button.setAttribute("aria-pressed", String(state.figures === "area"));
  button.title = state.figures ? t("Số liệu của cả địa bàn; bấm để chỉ tính trong khung nhìn") : t("Số liệu trong khung nhìn; bấm để tính cả địa bàn");
}

// Whose figures they are: an account sees no more than its scope, whatever area is chosen. The
// classes of communes are everybody's, so the drug-free ones are always those of area or frame.
function tellWhose(bbox) {
  const area = byId("province").selectedOptions[0]?.textContent.trim() ?? "";
  const { name, provinces } = page.scope;
  const isNarrower = name !== "" && !provinces.includes(state.province);
  const whose = isNarrower ? t("{name} (phạm vi tài khoản)", { name }) : area;
  byId("figures-of").textContent = bbox ? [t("Trong khung nhìn"), isNarrower ? whose : null].filter(Boolean).join(" · ") : whose;
  const label = document.querySelector("[data-figure=drug_free]").parentElement.querySelector("dt");
  label.dataset.usual ??= label.textContent;
  label.textContent = isNarrower ? `${label.dataset.usual} (${bbox ? t("mọi xã trong khung") : area})` : label.dataset.usual;
}

// Given by the play of months too, which knows the whole area alone.
export function showFigures(found, bbox = "") {
  known = found;
  if (!bbox && found.communes !== undefined) areaCommunes = found.communes;
  if (found.communes === undefined) asked = wholeFor = null; // the server's are asked for again after the play
  tellWhose(bbox);
  showSwitch();
  for (const node of document.querySelectorAll("[data-figure]")) {
    if (node.dataset.figure === "drug_free") showDrugFree(node, found);
    else node.textContent = formatNumber(found[node.dataset.figure]);
    node.classList.remove("waiting");
    node.parentElement.title = bbox ? howInFrame(node.dataset.figure, found) : node.dataset.figure === "drug_free" ? node.parentElement.title : "";
  }
  explainEmptiness(found);
}

// Never a 0 where nothing is known.
function showDrugFree(node, { drug_free: free, assessed, communes = areaCommunes }) {
  const unknown = free === null || free === undefined || assessed === 0;
  node.replaceChildren(unknown ? "–" : formatNumber(free), unknown || communes === null ? "" : el("small", {}, `/${formatNumber(communes)}`));
  node.parentElement.title = unknown
    ? t("Chưa có phân loại của kỳ này.")
    : assessed === undefined ? "" : t("{free} xã không ma túy trong {communes} xã; {assessed} xã đã có phân loại.", { free: formatNumber(free), communes: formatNumber(communes), assessed: formatNumber(assessed) });
}

// How what has no point of its own counts in a frame.
function howInFrame(figure, found) {
  if (figure === "drug_free") return document.querySelector("[data-figure=drug_free]").parentElement.title;
  if (figure !== "cases" && figure !== "offenders") return t("Điểm, tụ điểm có vị trí trong khung nhìn.");
  return t("Vụ chỉ biết đến xã được tính khi điểm ghi tên xã nằm trong khung nhìn: {n} vụ.", { n: formatNumber(found.vague) });
}

function explainEmptiness(found) {
  const note = byId("empty-note");
  const reason = !(found.any_in_area ?? found.cases > 0) ? reasonOf(found) : null;
  const told = reason?.map((part) => part.textContent ?? part).join("") ?? "";
  note.hidden = !told || told === closed;
  if (!told) closed = "";
  note.replaceChildren(...(note.hidden ? [] : [el("span", {}, ...reason), closeButton(note, told)]));
}

function closeButton(note, told) {
  const button = el("button", { type: "button", class: "close", "aria-label": t("Đóng") }, "×");
  button.addEventListener("click", () => { closed = told; note.hidden = true; });
  return button;
}

// Null where hotspots stand on the map though no case fits the days.
function reasonOf(found) {
  const days = { from: formatDate(state.from), to: formatDate(state.to) };
  const spots = found.active + found.cleared + found.re_emerged;
  if (!found.any_ever) return spots ? null : [t("Chưa có vụ việc hay điểm, tụ điểm nào được nhập cho địa bàn này."), ...wayIn()];
  if (isCut()) return [t("Không có vụ việc nào từ {from} đến {to} khớp bộ lọc.", days), " ", clearButton()];
  return spots ? null : [t("Không có vụ việc nào từ {from} đến {to} tại địa bàn này. Hãy chọn kỳ khác trên thanh thời gian.", days)];
}

const wayIn = () => (page.may_enter ? [" ", el("a", { href: "/imports" }, t("Nhập dữ liệu"))] : []);

function clearButton() {
  const button = el("button", { type: "button", class: "link-button" }, t("Bỏ bộ lọc"));
  button.addEventListener("click", () => change(Object.fromEntries(OF_INCIDENTS.map((field) => [field, new Set()]))));
  return button;
}

// The filters of the panel: area, days, and what incidents and hotspots are cut to.

import { ask, viewQuery } from "./api.js";
import { byId, el, formatNumber, readDate, typedDate } from "./dom.js";
import { nearGroup } from "./near.js";
import { FILTERS, OF_INCIDENTS, change, page, state, words } from "./state.js";
import { t } from "./words.js";

const SHOWN_APART = 3; // more choices of one group stand together in one chip

// Sides stand on top of the kinds: both say what was done.
const GROUPS = [
  { name: t("Hành vi"), parts: [["sides", words.sides], ["kinds", words.incidentKinds]] },
  { name: t("Chất ma túy"), parts: [["substances", words.substances]] },
  { name: t("Đơn vị phát hiện"), parts: [["detected", words.detectedBy]] },
  nearGroup,
  { name: t("Điểm, tụ điểm"), parts: [["hkinds", words.hotspotKinds]] },
];
const LABELS = Object.fromEntries(GROUPS.flatMap(({ parts }) => parts));
const boxes = []; // { field, code, box, count }

// All kinds leave every incident, all substances only those with a seizure.
const cuts = (field) => state[field].size > 0 && (field === "substances" || state[field].size < Object.keys(LABELS[field]).length);
export const isCut = (fields = OF_INCIDENTS) => fields.some(cuts);
const cleared = (fields) => Object.fromEntries(fields.map((field) => [field, new Set()]));
const everything = Object.keys(FILTERS);

// What the view is cut to in words, a group at a time: «Hành vi: Mua bán, Tàng trữ».
export function filtersInWords() {
  return GROUPS.map(({ name, parts }) => [name, chosenIn(parts).map(({ label }) => label)])
    .filter(([, labels]) => labels.length)
    .map(([name, labels]) => `${name}: ${labels.join(", ")}`);
}

const chosenIn = (parts) => parts.filter(([field]) => cuts(field)).flatMap(([field, labels]) => Object.keys(labels).filter((code) => state[field].has(code)).map((code) => ({ field, code, label: labels[code] })));

// Area and days -------------------------------------------------------------

export function startFilters() {
  byId("province").addEventListener("change", (event) => change({ province: event.target.value, at: null, pick: "" }));
  byId("period").addEventListener("change", ({ target }) => {
    if (!target.value) return byId("from").focus();
    const [from, to] = target.value.split("/");
    return change({ from, to: to > page.today && from <= page.today ? page.today : to });
  });
  byId("from").addEventListener("change", takeDays);
  byId("to").addEventListener("change", takeDays);
  byId("sheet-handle").addEventListener("click", () => {
    const open = byId("side").classList.toggle("open");
    byId("sheet-handle").setAttribute("aria-expanded", String(open));
  });
  byId("filter-groups").append(...GROUPS.map(disclosure));
  addEventListener("pointerdown", ({ target }) => { if (!target.closest(".filter")) closeGroups(); });
}

function takeDays() {
  const [from, to] = [readDate(byId("from").value), readDate(byId("to").value)];
  const notRead = t("Hãy nhập ngày dạng 14/06/2026, từ năm 1990 đến năm 2100.");
  byId("from").setCustomValidity(from ? "" : notRead);
  byId("to").setCustomValidity(!to ? notRead : from && from > to ? t("Đến ngày phải sau hoặc bằng từ ngày.") : "");
  if (!byId("from").reportValidity() || !byId("to").reportValidity()) return;
  if (from !== state.from || to !== state.to) change({ from, to });
}

export function showFilters() {
  byId("province").value = state.province;
  byId("from").value = typedDate(state.from);
  byId("to").value = typedDate(state.to);
  const period = byId("period");
  const fits = [...period.options].find(({ value }) => value && value.split("/")[0] === state.from && [value.split("/")[1], page.today].includes(state.to) && state.to <= value.split("/")[1]);
  period.value = fits?.value ?? "";
  for (const { field, code, box } of boxes) box.checked = state[field].has(code);
  GROUPS.forEach(showGroup);
  showChips();
}

// Groups of choices -----------------------------------------------------------

function disclosure(group) {
  group.value = el("span", { class: "filter-value" });
  const summary = el("summary", {}, el("span", { class: "filter-name" }, group.name), group.value);
  const fields = group.parts.map(([field]) => field);
  const last = group.parts.at(-1);
  const tools = el("div", { class: "filter-tools" },
    tool(t("Chọn tất cả"), () => ({ ...cleared(fields), [last[0]]: new Set(Object.keys(last[1])) })),
    tool(t("Bỏ chọn"), () => cleared(fields)));
  const lists = group.body ? [] : group.parts.map(([field, labels]) => el("div", { class: `filter-choices filter-${field}` }, ...Object.entries(labels).map(([code, label]) => choice(field, code, label))));
  group.node = el("details", { class: "filter", name: "filter" }, summary, el("div", { class: "filter-list", role: "group", "aria-label": group.name }, ...(group.body?.() ?? [tools, ...lists])));
  group.node.addEventListener("toggle", () => {
    if (!group.node.open) return;
    keepInPanel();
    loadFilterCounts();
  });
  group.node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !group.node.open) return;
    event.stopPropagation();
    group.node.open = false;
    summary.focus();
  });
  return group.node;
}

// The list stands below all groups, so that each can be reached, and ends where the panel ends.
function keepInPanel() {
  const groups = byId("filter-groups");
  const room = byId("side").getBoundingClientRect().bottom - groups.getBoundingClientRect().bottom - 16;
  groups.style.setProperty("--room", `${Math.max(220, room)}px`);
}

function tool(name, changes) {
  const button = el("button", { type: "button", class: "link-button" }, name);
  button.addEventListener("click", () => change(changes()));
  return button;
}

function choice(field, code, label) {
  const box = el("input", { type: "checkbox", value: code, name: FILTERS[field] });
  const count = el("span", { class: "count" });
  box.addEventListener("change", () => {
    const chosen = new Set(state[field]);
    if (box.checked) chosen.add(code);
    else chosen.delete(code);
    change({ [field]: chosen });
  });
  boxes.push({ field, code, box, count });
  return el("label", { class: "choice" }, box, el("span", { class: "name" }, label), count);
}

function closeGroups() {
  for (const { node } of GROUPS) node.open = false;
}

function showGroup({ node, value, parts, show }) {
  show?.();
  const chosen = chosenIn(parts);
  node.classList.toggle("cut", chosen.length > 0);
  value.textContent = chosen.length === 0 ? t("Tất cả") : chosen.length === 1 ? chosen[0].label : t("{n} mục", { n: formatNumber(chosen.length) });
}

// How many each choice would leave, under all that the other groups say.
export async function loadFilterCounts() {
  if (!GROUPS.some(({ node }) => node.open)) return;
  const found = await ask("filters", viewQuery());
  if (!found) return;
  for (const { field, code, count } of boxes) {
    const n = found[FILTERS[field]]?.[code] ?? 0;
    count.textContent = formatNumber(n);
    count.parentElement.classList.toggle("nothing", n === 0);
  }
}

// What is filtered, with a way out of each ---------------------------------------

function showChips() {
  const chips = GROUPS.flatMap(chipsOf);
  const holder = byId("filter-chips");
  holder.hidden = chips.length === 0;
  const rest = chips.length > 1 ? tool(t("Bỏ mọi bộ lọc"), () => cleared(everything)) : null;
  const note = isCut() ? el("p", { class: "muted small", id: "filter-note" }, t("Cụm, điểm, tụ điểm và phân loại xã không theo bộ lọc vụ việc.")) : null;
  const focused = holder.contains(document.activeElement);
  holder.replaceChildren(...[...chips, rest, note].filter(Boolean));
  if (focused) (holder.querySelector("button") ?? GROUPS[0].node.querySelector("summary")).focus();
  byId("filter-mark").hidden = chips.length === 0;
  byId("filter-mark").textContent = chips.length ? t("Đang lọc – {what}", { what: filtersInWords().join("; ") }) : "";
}

function chipsOf({ name, parts }) {
  const chosen = chosenIn(parts);
  if (chosen.length > SHOWN_APART) {
    const fields = parts.map(([field]) => field);
    return [chip(t("{name}: {n} mục", { name, n: formatNumber(chosen.length) }), () => cleared(fields))];
  }
  return chosen.map(({ field, code }) => chip(LABELS[field][code], () => ({ [field]: new Set([...state[field]].filter((each) => each !== code)) }), name));
}

function chip(label, changes, group = "") {
  const button = el("button", { type: "button", class: "filter-chip", title: group, "aria-label": t("Bỏ lọc: {what}", { what: group ? `${group}, ${label}` : label }) }, el("span", {}, label), el("span", { class: "cross", "aria-hidden": "true" }, "×"));
  button.addEventListener("click", () => change(changes()));
  return button;
}

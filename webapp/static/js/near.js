// "Within 500 m of a school": a group of the filters that cuts incidents to those near facilities.
//
// A choice is "kind:metres" in the set `near` of the state; any of several will do.

import { el, formatNumber } from "./dom.js";
import { change, page, state } from "./state.js";
import { t } from "./words.js";

const DISTANCES = [100, 200, 500, 1000];
const labels = {};
const boxes = [];
const distance = el("select", { class: "input", "aria-label": t("Khoảng cách đến cơ sở") },
  ...DISTANCES.map((metres) => el("option", { value: metres }, t("Trong vòng {n} m", { n: formatNumber(metres) }))));
distance.value = "500";
distance.addEventListener("change", () => { if (state.near.size) take(); });

const kinds = page.facilities ?? {};
const part = (choice) => choice.split(":");
const labelOf = (choice) => t("{kind}, {n} m", { kind: kinds[part(choice)[0]]?.name ?? part(choice)[0], n: formatNumber(Number(part(choice)[1])) });
for (const kind of Object.keys(kinds)) for (const metres of DISTANCES) labels[`${kind}:${metres}`] = labelOf(`${kind}:${metres}`);

// What filters.js needs of a group, with a body and a way to show the state of its own.
export const nearGroup = { name: t("Gần cơ sở"), parts: [["near", labels]], body, show };

function body() {
  if (!Object.keys(kinds).length) return [el("p", { class: "muted small near-note" }, t("Chưa có cơ sở, địa điểm nào. Nhập danh sách ở trang Nhập dữ liệu."))];
  const clear = el("button", { type: "button", class: "link-button" }, t("Bỏ chọn"));
  clear.addEventListener("click", () => change({ near: new Set() }));
  return [
    el("div", { class: "filter-tools near-tools" }, distance, clear),
    el("div", { class: "filter-choices" }, ...Object.entries(kinds).map(([kind, { name, n }]) => choice(kind, name, n))),
    el("p", { class: "muted small near-note" }, t("Chỉ tính vụ việc và cơ sở có vị trí; vụ chỉ biết đến xã không gần cơ sở nào.")),
  ];
}

function choice(kind, name, n) {
  const box = el("input", { type: "checkbox", value: kind, name: "near" });
  box.addEventListener("change", take);
  boxes.push(box);
  return el("label", { class: "choice" }, box, el("span", { class: "name" }, name), el("span", { class: "count" }, formatNumber(n)));
}

function take() {
  change({ near: new Set(boxes.filter((box) => box.checked).map((box) => `${box.value}:${distance.value}`)) });
}

// A link may ask for another distance than those offered: it is told and offered like them.
function show() {
  const chosen = new Map([...state.near].map(part));
  for (const each of state.near) labels[each] ??= labelOf(each);
  for (const box of boxes) box.checked = chosen.has(box.value);
  const metres = [...chosen.values()][0];
  if (!metres) return;
  if (![...distance.options].some(({ value }) => value === metres)) distance.append(el("option", { value: metres }, t("Trong vòng {n} m", { n: formatNumber(Number(metres)) })));
  distance.value = metres;
}

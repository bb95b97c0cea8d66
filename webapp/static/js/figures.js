// The figures of the view, and why there is nothing where there is nothing.

import { ask, viewQuery } from "./api.js";
import { byId, el, formatDate, formatNumber } from "./dom.js";
import { isCut } from "./filters.js";
import { OF_INCIDENTS, change, page, state } from "./state.js";
import { t } from "./words.js";

let known = {};
let whole = false; // whether `known` holds all figures of the area, the days and the hotspots asked for last

// Filters of incidents change the figures of cases alone: then the others need not be asked for.
export async function loadFigures({ casesOnly = false } = {}) {
  const few = casesOnly && whole;
  if (!few) whole = false;
  const found = await ask("summary", viewQuery(few ? { part: "cases" } : {}));
  if (!found) return;
  whole = true;
  showFigures({ ...known, ...found });
}

// Whose figures they are: an account sees no more than its scope, whatever area is chosen. The
// classes of communes are everybody's, so the drug-free ones are always those of the area.
function tellWhose() {
  const area = byId("province").selectedOptions[0]?.textContent.trim() ?? "";
  const { name, provinces } = page.scope;
  const isNarrower = name !== "" && !provinces.includes(state.province);
  byId("figures-of").textContent = isNarrower ? t("{name} (phạm vi tài khoản)", { name }) : area;
  const label = document.querySelector("[data-figure=drug_free]").parentElement.querySelector("dt");
  label.dataset.usual ??= label.textContent;
  label.textContent = isNarrower ? `${label.dataset.usual} (${area})` : label.dataset.usual;
}

export function showFigures(found) {
  known = found;
  tellWhose();
  for (const node of document.querySelectorAll("[data-figure]")) {
    node.textContent = formatNumber(found[node.dataset.figure]);
    node.classList.remove("waiting");
  }
  explainEmptiness(found);
}

function explainEmptiness(found) {
  const note = byId("empty-note");
  const reason = found.cases === 0 ? reasonOf(found) : null;
  note.hidden = reason === null;
  note.replaceChildren(...(reason ?? []));
}

// Null where hotspots stand on the map though no case fits the days.
function reasonOf(found) {
  const days = { from: formatDate(state.from), to: formatDate(state.to) };
  if (!found.any_ever) return found.active + found.cleared + found.re_emerged ? null : [t("Chưa có vụ việc hay điểm, tụ điểm nào được nhập cho địa bàn này.")];
  if (isCut()) return [t("Không có vụ việc nào từ {from} đến {to} khớp bộ lọc.", days), " ", clearButton()];
  if (found.active + found.cleared + found.re_emerged) return null;
  return [t("Không có vụ việc nào từ {from} đến {to} tại địa bàn này. Hãy chọn kỳ khác trên thanh thời gian.", days)];
}

function clearButton() {
  const button = el("button", { type: "button", class: "link-button" }, t("Bỏ bộ lọc"));
  button.addEventListener("click", () => change(Object.fromEntries(OF_INCIDENTS.map((field) => [field, new Set()]))));
  return button;
}

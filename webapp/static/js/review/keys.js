// The keys of the review page. What is typed for a search never acts as a shortcut.

import { byId } from "../dom.js";
import { t } from "../words.js";

const SETTLE_MS = 400;
let searching = false;
let timer = 0;

const isTyping = (target) => Boolean(target.closest?.("input:not([type=checkbox]), select, textarea"));

// A question has just come up: for a moment no key decides on it, such as one meant for the last.
export function settle(place) {
  place.dataset.settling = "";
  clearTimeout(timer);
  timer = setTimeout(() => { delete place.dataset.settling; }, SETTLE_MS);
}

// Until the search is left by Escape, by a choice, by Tab or by the mouse, what is typed does
// nothing outside the box: its question may have gone while somebody was typing.
export function endSearch() {
  searching = false;
}

function search(tell) {
  const box = byId("find");
  searching = true;
  box?.focus();
  box?.select();
  if (box) return;
  document.activeElement?.blur();
  tell(t("Các dòng này không ghi địa điểm nên không tìm xã được. Bấm Esc để dùng lại phím tắt."));
}

// `acts` of the page by key: `always` while a question settles too, `settled` not then.
export function startKeys(place, { always, settled, pick, takeBack, tell }) {
  const onKey = (event) => {
    if (event.key === "Escape") return endSearch();
    if (isTyping(event.target) || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey) {
      if (key !== "z" || event.repeat) return;
      event.preventDefault();
      return takeBack();
    }
    if (key === "/" || (searching && key.length === 1)) {
      event.preventDefault();
      if (key === "/") search(tell);
      return;
    }
    const act = always[key] ?? settled[key];
    if (act) event.preventDefault();
    if (event.repeat || (!always[key] && "settling" in place.dataset)) return;
    if (/^[1-9]$/.test(key)) pick(key);
    else act?.();
  };
  addEventListener("keydown", onKey);
  addEventListener("pointerdown", endSearch);
  addEventListener("focusin", (event) => { searching = event.target.id === "find"; });
}

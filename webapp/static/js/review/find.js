// Finding another commune by name, old names too, without diacritics if need be.

import { byId, el } from "../dom.js";
import { endSearch } from "./keys.js";
import { ask } from "./send.js";
import { t } from "../words.js";

const WAIT_MS = 120;

// Makes the search of a question live; `choose` gets the code and name of what is taken.
export function startFinding(article, choose) {
  const box = byId("find");
  const list = byId("found");
  if (!box) return;
  let found = [];
  let chosen = -1;
  let timer = 0;
  let asked = 0;

  const hide = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const take = (index) => {
    const each = found[index];
    if (!each?.allowed) return;
    hide();
    box.blur();
    endSearch();
    choose(each.code, each.name);
  };

  const draw = () => {
    const rows = found.map((each, index) => {
      const hints = [each.province, each.hint, each.allowed ? "" : t("ngoài phạm vi của tài khoản")].filter(Boolean).join(" · ");
      const row = el("li", { role: "option", id: `found-${index}`, "aria-selected": String(index === chosen), "aria-disabled": each.allowed ? null : "true" }, each.name, el("span", { class: "muted small" }, hints));
      row.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
      return row;
    });
    const nothing = el("li", { role: "option", "aria-disabled": "true" }, t("Không thấy tên này. Hãy thử tên khác, hoặc thêm tỉnh sau dấu phẩy."));
    list.replaceChildren(...(rows.length ? rows : [nothing]));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    if (chosen >= 0) box.setAttribute("aria-activedescendant", `found-${chosen}`);
    list.children[Math.max(chosen, 0)]?.scrollIntoView({ block: "nearest" });
  };

  const look = async () => {
    const typed = box.value.trim();
    if (!typed) return hide();
    const turn = ++asked;
    const query = new URLSearchParams({ q: typed, province: article.dataset.province });
    const answer = await ask(`/api/review/communes?${query}`).catch(() => []);
    if (turn !== asked || !box.isConnected) return;
    found = answer;
    chosen = found.findIndex((each) => each.allowed);
    draw();
  };

  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, WAIT_MS); });
  box.addEventListener("blur", () => setTimeout(hide, 150));
  box.form.addEventListener("submit", (event) => event.preventDefault());
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      box.blur();
      endSearch();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden) take(chosen);
      else look();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      draw();
    }
  });
}

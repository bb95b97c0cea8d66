// Gates of the border: what a picked one tells, and how search and list find them. They are drawn
// with the border (areas.js); where they stand is known to some ten kilometres.

import { gates } from "./areas.js";
import { viewQuery } from "./api.js";
import { el } from "./dom.js";
import { register } from "./layers.js";
import { shown, words } from "./state.js";
import { t } from "./words.js";

const kindOf = (gate) => words.gateKinds[gate.kind] ?? t("Cửa khẩu");

function tell(name) {
  const gate = gates().find((each) => each.name === name);
  if (!gate) return null;
  const query = viewQuery();
  const kept = new URLSearchParams(["province", "from", "to"].map((field) => [field, query.get(field) ?? ""]));
  return [
    el("h2", {}, gate.name),
    el("p", { class: "muted" }, [kindOf(gate), words.neighbours[gate.neighbour]].filter(Boolean).join(" · ")),
    el("p", { class: "muted small" }, t("Vị trí gần đúng, chỉ để định hướng trên bản đồ.")),
    el("div", { class: "actions" }, el("a", { class: "button button-main", href: `/border?${kept}` }, t("Xem trang biên giới"))),
  ];
}

register({
  name: "gates",
  draw: () => {},
  story: { prefix: "g", tell },
  find: () => (shown("gates") ? gates() : []).map((gate) => ({ key: `g:${gate.name}`, name: gate.name, hint: kindOf(gate), also: "", at: [gate.lon, gate.lat] })),
});

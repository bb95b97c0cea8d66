// Keys on the page of alerts. The forms work without them.

const cards = [...document.querySelectorAll(".alert[id]")];
const KEPT = "alerts-at";
let at = -1;

function stand(index, move) {
  if (!cards.length) return;
  at = Math.min(Math.max(index, 0), cards.length - 1);
  cards.forEach((card, i) => card.toggleAttribute("data-current", i === at));
  if (!move) return;
  cards[at].focus({ preventScroll: true });
  cards[at].scrollIntoView({ block: "start" });
}

function answer(which) {
  const form = cards[at]?.querySelector(`[data-answer="${which}"]`);
  if (form) form.open = true;
}

// What is opened is filled in next: the first field is ready for typing.
document.addEventListener("toggle", (event) => {
  const form = event.target;
  if (!form.matches?.("[data-answer]") || !form.open) return;
  form.querySelector("textarea[required], input:not([type=hidden]), textarea")?.focus();
  form.scrollIntoView({ block: "nearest" });
}, true);

function close() {
  const open = cards[at]?.querySelector("[data-answer][open]");
  if (!open) return;
  open.open = false;
  cards[at].focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  const card = cards.findIndex((each) => each.contains(event.target));
  sessionStorage.setItem(KEPT, `${location.search} ${card < 0 ? at : card}`);
  setTimeout(() => document.querySelectorAll(".alerts-page form[method=post] button").forEach((each) => { each.disabled = true; }));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") return close();
  if (event.target.matches("input, textarea, select, summary, a, button") && event.key.length > 1) return;
  if (event.target.matches("input, textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "x") answer("confirm");
  else if (key === "b") answer("dismiss");
  else if (key === "z") document.querySelector('[data-key="z"]')?.click();
  else if (key === "arrowdown" || key === "j") stand(at + 1, true);
  else if (key === "arrowup" || key === "k") stand(at - 1, true);
  else return;
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const card = cards.findIndex((each) => each.contains(event.target));
  if (card >= 0 && card !== at) stand(card, false);
});

const filters = document.getElementById("filters");
filters?.querySelector("select").addEventListener("change", () => filters.requestSubmit());
filters?.querySelector("button").toggleAttribute("hidden", true);

const [search, index] = (sessionStorage.getItem(KEPT) ?? "").split(" ");
const back = search === location.search && Number(index) > 0;
sessionStorage.removeItem(KEPT);
stand(back ? Number(index) : 0, back);

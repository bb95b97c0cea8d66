// Keys on the page of pairs that may be one case. The forms work without them.

const cards = [...document.querySelectorAll(".twins")];
const KEPT = "duplicates-at";
let at = -1;

function stand(index, move) {
  if (!cards.length) return;
  at = Math.min(Math.max(index, 0), cards.length - 1);
  cards.forEach((card, i) => card.toggleAttribute("data-current", i === at));
  if (!move) return;
  cards[at].focus({ preventScroll: true });
  cards[at].scrollIntoView({ block: "start" });
}

function press(key) {
  const button = (key === "z" ? document : cards[at])?.querySelector(`[data-key="${key}"]`);
  if (!button || button.disabled) return;
  button.form.requestSubmit(button);
}

document.addEventListener("submit", (event) => {
  const card = cards.findIndex((each) => each.contains(event.target));
  sessionStorage.setItem(KEPT, `${location.search} ${card < 0 ? at : card}`);
  setTimeout(() => document.querySelectorAll(".twins-page button").forEach((each) => { each.disabled = true; }));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.matches("input[type=text], textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "g" || key === "k" || key === "z") press(key);
  else if (event.target.matches("input[type=radio]")) return;
  else if (key === "arrowdown" || key === "j") stand(at + 1, true);
  else if (key === "arrowup") stand(at - 1, true);
  else return;
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const card = cards.findIndex((each) => each.contains(event.target));
  if (card >= 0 && card !== at) stand(card, false);
});

const [search, index] = (sessionStorage.getItem(KEPT) ?? "").split(" ");
const back = search === location.search && Number(index) > 0;
sessionStorage.removeItem(KEPT);
stand(back ? Number(index) : 0, back);

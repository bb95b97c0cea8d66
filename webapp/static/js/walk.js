// A page of cards that are answered one after another: which one the keys act on. Sending a form
// loads the page anew; the place is kept over it, and no button is pressed twice.

export function walkCards(selector, { kept, buttons }) {
  const cards = [...document.querySelectorAll(selector)];
  let at = -1;

  function stand(index, move) {
    if (!cards.length) return;
    at = Math.min(Math.max(index, 0), cards.length - 1);
    cards.forEach((card, i) => card.toggleAttribute("data-current", i === at));
    if (!move) return;
    cards[at].focus({ preventScroll: true });
    cards[at].scrollIntoView({ block: "start" });
  }

  const holding = (target) => cards.findIndex((card) => card.contains(target));

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    const card = holding(event.target);
    sessionStorage.setItem(kept, `${location.search} ${card < 0 ? at : card}`);
    setTimeout(() => document.querySelectorAll(buttons).forEach((each) => { each.disabled = true; }));
  });

  document.addEventListener("focusin", (event) => {
    const card = holding(event.target);
    if (card >= 0 && card !== at) stand(card, false);
  });

  const [search, index] = (sessionStorage.getItem(kept) ?? "").split(" ");
  const back = search === location.search && Number(index) > 0;
  sessionStorage.removeItem(kept);
  stand(back ? Number(index) : 0, back);

  return { current: () => cards[at], move: (step) => stand(at + step, true) };
}

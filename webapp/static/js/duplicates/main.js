// Keys on the page of pairs that may be one case. The forms work without them.

import { walkCards } from "../walk.js";

const walk = walkCards(".twins", { kept: "duplicates-at", buttons: ".twins-page button" });

function press(key) {
  const button = (key === "z" ? document : walk.current())?.querySelector(`[data-key="${key}"]`);
  if (!button || button.disabled) return;
  button.form.requestSubmit(button);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.matches("input[type=text], textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "g" || key === "k" || key === "z") press(key);
  else if (event.target.matches("input[type=radio]")) return;
  else if (key === "arrowdown" || key === "j") walk.move(1);
  else if (key === "arrowup") walk.move(-1);
  else return;
  event.preventDefault();
});

// Menus of the bar close by Escape, by a click elsewhere and when the keyboard leaves them.

const open = () => document.querySelector(".bar details[open]");

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" ? open() : null;
  if (!menu) return;
  event.preventDefault(); // nothing behind the menu closes with it
  menu.open = false;
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  if (!open()?.contains(event.target)) open()?.removeAttribute("open");
});

document.addEventListener("focusin", (event) => {
  if (!open()?.contains(event.target)) open()?.removeAttribute("open");
});

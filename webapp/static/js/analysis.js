// Says that the analysis is running, and keeps a second press from starting another.

const form = document.getElementById("analysis");

form.addEventListener("submit", (event) => {
  if (event.submitter?.name === "help") return;
  document.getElementById("working").hidden = false;
  // After this event, or the button pressed would not be sent.
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});

// Coming back by the browser's button finds the page as it was left.
window.addEventListener("pageshow", () => {
  document.getElementById("working").hidden = true;
  form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
});

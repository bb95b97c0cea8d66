// Says that the analysis is running, and keeps a second press from starting another.
// Proposes a trial where the form asks for other than the usual.

const form = document.getElementById("analysis");

form.addEventListener("submit", (event) => {
  if (event.submitter?.name === "help") return;
  document.getElementById("working").hidden = false;
  // After this event, or the button pressed would not be sent.
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});

const { trial, as_of: asOf, eps_m: epsM, min_samples: minSamples, eps_days: epsDays } = form.elements;
let chosen = false;
trial.addEventListener("change", () => { chosen = true; });
const unusual = () => asOf.value !== trial.dataset.today
  || Number(epsM.value.replace(",", ".")) !== Number(trial.dataset.epsM)
  || Number(minSamples.value) !== Number(trial.dataset.minSamples)
  || epsDays.value.trim() !== "";
form.addEventListener("input", (event) => {
  if (event.target !== trial && !chosen) trial.checked = unusual();
});

// Coming back by the browser's button finds the page as it was left.
window.addEventListener("pageshow", () => {
  document.getElementById("working").hidden = true;
  form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
});

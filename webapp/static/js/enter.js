// Writing a record by hand: choose a place on the map, fill in the server's own form in the card.
//
// The address says what is written: pick=e:i (a new incident), e:h (a new hotspot), e:f (a new
// facility), e:i12 (incident 12 corrected), with @lat,lon where a point is chosen; e:v12 shows the record of incident 12.
// A point is chosen only where a pixel is fine enough, and kept to what the pixel tells.

import { comma, readPoint, refusal, rounded, tooCoarse, typedPoint } from "./aim.js";
import { ask } from "./api.js";
import { closeCard } from "./card.js";
import { byId, el, svg, toast } from "./dom.js";
import { showWritten } from "./facilities.js";
import { loadFigures } from "./figures.js";
import { register } from "./layers.js";
import { send } from "./pages.js";
import { loadIncidents, loadSpots } from "./spots.js";
import { change, onChange, page, state } from "./state.js";
import { loadMonths } from "./timebar.js";
import { t } from "./words.js";

const { map } = window.diaban;
const stage = byId("stage");
const STEP_PX = 8; // that an arrow key moves the pin
const SHEET_FREE_PX = 120; // from the top of a phone's map that the form leaves free
const SLIP_PX = 6; // a press that moved farther was a drag

const boxes = new Map(); // what is written → its part of the card; an unsaved form waits there
let pin = null;
let choosing = "";

const ADDRESSES = {
  i: (id) => (id ? `/incidents/${id}/edit` : "/incidents/new"),
  h: (id) => (id ? `/hotspots/${id}/edit` : "/hotspots/new"),
  f: (id) => (id ? `/facilities/${id}/edit` : "/facilities/new"),
  v: (id) => `/incidents/${id}`,
};
const written = () => (state.pick.startsWith("e:") ? state.pick.slice(2).split("@")[0] : "");
const fields = (box, ...names) => names.map((name) => box.querySelector(`[name=${name}]`));

// The card ------------------------------------------------------------------

function tell(ref) {
  const [what, point] = ref.split("@");
  if (!(what[0] in ADDRESSES) || (what[0] !== "v" && !page.may_enter)) return null;
  const at = readPoint(point);
  if (!boxes.has(what)) {
    boxes.set(what, el("div", { class: "entry-box" }, el("p", { class: "muted" }, t("Đang mở biểu mẫu"))));
    open(what, at);
  } else if (at && what[0] !== "v") put(boxes.get(what), at);
  return [boxes.get(what)];
}

async function open(what, at) {
  const query = at ? `?${new URLSearchParams({ lat: at.lat.toFixed(6), lon: at.lng.toFixed(6) })}` : "";
  const answer = await send(ADDRESSES[what[0]](what.slice(1)) + query);
  if (answer) fill(what, answer.doc);
  else boxes.delete(what);
}

// The form, or the record, of the server's page; nothing else of it.
function fill(what, doc) {
  const box = boxes.get(what);
  const form = doc.querySelector("form[data-entry]");
  const record = doc.querySelector("[data-part=record]");
  if (form) {
    box.replaceChildren(el("h2", {}, doc.querySelector("[data-title]").textContent), document.adoptNode(form));
    listen(what, box, form);
  } else if (record) {
    box.replaceChildren(...document.adoptNode(record).childNodes);
    box.querySelector("[data-edit]")?.addEventListener("click", (event) => { event.preventDefault(); change({ pick: `e:i${what.slice(1)}` }); });
  } else {
    box.replaceChildren(el("p", {}, doc.querySelector("main")?.textContent.trim() ?? t("Không mở được biểu mẫu.")));
  }
  if (written() === what) movePin();
}

function listen(what, box, form) {
  const [lat, lon, clicked] = fields(box, "lat", "lon", "clicked");
  for (const field of [lat, lon]) field.addEventListener("change", () => { clicked.value = ""; movePin(); askHere(box); });
  form.querySelector("[data-leave]").addEventListener("click", (event) => { event.preventDefault(); boxes.delete(what); closeCard(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(what, form); });
  box.querySelector("[data-answer]")?.focus();
}

async function save(what, form) {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  button.textContent = t("Đang lưu");
  const answer = await send(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer) {
    button.disabled = false;
    button.textContent = t("Lưu");
  } else if (answer.response.redirected) await saved(what, answer, form);
  else fill(what, answer.doc);
}

async function saved(what, { response, doc }, form) {
  boxes.delete(what);
  const [, register, number] = /^\/(incidents|facilities)\/(\d+)$/.exec(new URL(response.url).pathname) ?? [];
  const said = doc.querySelector(".notice-done")?.textContent.trim() ?? t("Đã lưu.");
  if (register === "facilities") {
    const [kind] = form.elements.kind.selectedOptions;
    await showWritten(number, kind.value, kind.text);
    return toast(said);
  }
  const id = register && number;
  if (id) {
    boxes.set(`v${id}`, el("div", { class: "entry-box" }));
    fill(`v${id}`, doc);
    change({ pick: `e:v${id}` });
  }
  await Promise.all([loadIncidents(), loadSpots(), loadFigures(), loadMonths()]);
  if (id) return;
  toast(said);
  change({ pick: `h:${doc.querySelector("input[name=ref]")?.value ?? ""}` });
}

// The pin -------------------------------------------------------------------

function pointOf(box) {
  return typedPoint(...fields(box, "lat", "lon").map((field) => field?.value ?? ""));
}

function movePin() {
  const box = boxes.get(written());
  const at = box && written()[0] !== "v" ? pointOf(box) : null;
  if (!at) {
    pin?.remove();
    pin = null;
    return;
  }
  if (!pin) uncover(at);
  pin ??= newPin(at);
  pin.setLatLng(at);
}

// On a phone the form is a sheet over the lower part of the screen.
function uncover(at) {
  const { y } = map.latLngToContainerPoint(at);
  if (innerWidth <= 720 && y > SHEET_FREE_PX) map.panBy([0, y - SHEET_FREE_PX], { animate: false });
}

function newPin(at) {
  const html = svg("svg", { class: "enter-pin", viewBox: "0 0 30 38", "aria-hidden": "true" },
    svg("path", { class: "pin", d: "M15 37C7 27 2 21 2 14a13 13 0 0 1 26 0c0 7-5 13-13 23Z" }), svg("circle", { cx: 15, cy: 14, r: 4.5 }));
  const label = t("Nơi đang ghi: kéo, hoặc dùng phím mũi tên để dời");
  return L.marker(at, { draggable: true, keyboard: true, alt: label, zIndexOffset: 10_000, pane: "hotspots", icon: L.divIcon({ className: "enter-mark", html, iconSize: [30, 38], iconAnchor: [15, 37] }) })
    .on("add", ({ target }) => {
      const node = target.getElement();
      node.setAttribute("aria-label", label);
      node.addEventListener("keydown", nudge);
    })
    .on("dragend", ({ target }) => move(target.getLatLng()))
    .addTo(map);
}

function nudge(event) {
  const by = { ArrowLeft: [-STEP_PX, 0], ArrowRight: [STEP_PX, 0], ArrowUp: [0, -STEP_PX], ArrowDown: [0, STEP_PX] }[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  move(map.containerPointToLatLng(map.latLngToContainerPoint(pin.getLatLng()).add(by)));
}

// A pin that is moved is no step that "back" undoes.
function move(at) {
  const coarse = tooCoarse(at);
  if (!coarse) return choose(written(), rounded(at), false);
  toast(coarse);
  return movePin();
}

// A place that was clicked: the form opens only where something can be written.
async function offer(at) {
  const what = choosing;
  const coarse = tooCoarse(at);
  if (coarse) return warn(coarse);
  const place = rounded(at);
  const refused = await refusal(place);
  if (choosing !== what) return null;
  return refused ? warn(refused) : choose(what, place);
}

function warn(text = "") {
  warning.textContent = text;
  warning.hidden = !text;
}

// Writes a chosen point into a form that is open.
function put(box, at) {
  const [lat, lon, clicked] = fields(box, "lat", "lon", "clicked");
  if (!lat || (lat.value === comma(at.lat) && lon.value === comma(at.lng))) return;
  [lat.value, lon.value, clicked.value] = [comma(at.lat), comma(at.lng), "1"];
  movePin();
  askHere(box);
}

async function askHere(box) {
  const at = pointOf(box);
  const line = box.querySelector("[data-here]");
  if (!at || !line) return;
  const answer = await ask("place", new URLSearchParams({ lat: at.lat.toFixed(6), lon: at.lng.toFixed(6) }));
  if (!answer) return;
  const here = answer.place;
  line.replaceChildren(...(here
    ? [el("strong", {}, here.commune_name), `, ${here.province_name}`, here.covered ? "" : el("span", { class: "fault" }, t("Ngoài phạm vi của tài khoản: không ghi được ở đây."))]
    : [el("span", { class: "fault" }, t("Điểm này không nằm trong xã, phường nào."))]));
}

// Choosing a place ------------------------------------------------------------

const cross = svg("svg", { class: "enter-cross", viewBox: "0 0 34 34", "aria-hidden": "true" },
  ...["under", "over"].map((name) => svg("path", { class: name, d: "M17 2V13M17 21V32M2 17H13M21 17H32" })));
const told = el("p", { id: "enter-told" });
const warning = el("p", { class: "fault", id: "enter-warning", role: "alert", hidden: true });
const bar = el("div", { class: "enter-bar", id: "enter-bar", role: "group", "aria-labelledby": "enter-told", hidden: true }, told, warning,
  button(t("Chọn tâm bản đồ"), () => offer(map.getCenter())),
  button(t("Nhập tọa độ, địa chỉ"), () => choose(choosing, null)),
  button(t("Thôi"), () => stop(true)));
const tools = el("div", { class: "enter-tools no-print", role: "group", "aria-label": t("Ghi bằng tay") },
  tool("i", t("Ghi vụ việc")), tool("h", t("Ghi điểm")), tool("f", t("Ghi cơ sở")));

function button(text, act) {
  const node = el("button", { type: "button", class: "button" }, text);
  node.addEventListener("click", act);
  return node;
}

function tool(what, text) {
  const node = el("button", { type: "button", "data-enter": what, "aria-pressed": "false" }, text);
  node.addEventListener("click", () => (choosing === what ? stop() : begin(what)));
  return node;
}

function begin(what) {
  choosing = what;
  told.textContent = { i: t("Bấm vào nơi xảy ra vụ việc. Bàn phím: mũi tên để dời bản đồ, Enter để chọn tâm, Esc để thôi."), h: t("Bấm vào nơi của điểm, tụ điểm. Bàn phím: mũi tên để dời bản đồ, Enter để chọn tâm, Esc để thôi."), f: t("Bấm vào nơi của cơ sở. Bàn phím: mũi tên để dời bản đồ, Enter để chọn tâm, Esc để thôi.") }[what[0]];
  warn();
  bar.hidden = false;
  stage.append(cross);
  stage.classList.add("entering");
  press();
  map.getContainer().focus({ preventScroll: true });
}

function stop(back = false) {
  const what = choosing;
  choosing = "";
  bar.hidden = true;
  cross.remove();
  stage.classList.remove("entering");
  press();
  if (back) tools.querySelector(`[data-enter=${what[0]}]`)?.focus();
}

const press = () => tools.querySelectorAll("button").forEach((node) => node.setAttribute("aria-pressed", String(node.dataset.enter === choosing)));

function choose(what, at, step = true) {
  stop();
  change({ pick: `e:${what}${at ? `@${at.lat.toFixed(6)},${at.lng.toFixed(6)}` : ""}` }, { step });
  if (step) byId("detail").focus({ preventScroll: true });
}

let pressed = null;

// Before Leaflet hears of it: in this mode a click chooses a place and opens no card.
function startChoosing(container) {
  container.addEventListener("pointerdown", (event) => { pressed = [event.clientX, event.clientY]; }, true);
  container.addEventListener("click", (event) => {
    if (!choosing || event.target.closest(".leaflet-control")) return;
    event.stopPropagation();
    event.preventDefault();
    const moved = pressed ? Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) : 0;
    if (moved <= SLIP_PX) offer(map.mouseEventToLatLng(event));
  }, true);
  container.addEventListener("keydown", (event) => {
    if (!choosing || event.key !== "Enter" || event.target !== container) return;
    event.preventDefault();
    event.stopPropagation();
    offer(map.getCenter());
  }, true);
}

if (page.may_enter) {
  stage.append(tools, bar);
  startChoosing(map.getContainer());
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !choosing) return;
    event.preventDefault();
    stop(true);
  }, true);
  const asked = /^[ihf]\d*$/.exec(new URLSearchParams(location.search).get("enter") ?? "");
  if (asked) map.whenReady(() => begin(asked[0]));
}

onChange((changed) => { if (changed.has("pick")) setTimeout(movePin); });
register({ name: "enter", draw: () => {}, story: { prefix: "e", tell } });

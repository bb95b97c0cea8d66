// Links and paper: copy the address of the view, have it printed by the server or the browser.

import { provinces } from "./areas.js";
import { byId, el, formatDate, toast } from "./dom.js";
import { address, page, putFilters, state } from "./state.js";
import { LOCALE, t } from "./words.js";

const { map } = window.diaban;
const opener = byId("print");
const menu = el("div", { class: "print-menu", id: "print-menu", role: "group", "aria-label": t("In và xuất bản đồ"), hidden: true });
const actions = byId("actions");
const PHONE = matchMedia("(max-width: 720px)");
let before = null;

export function startSharing() {
  byId("copy-link").addEventListener("click", copyLink);
  startMenu();
  placeActions();
  PHONE.addEventListener("change", placeActions);
  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);
}

// A phone has no room for them under the months: they stand in the sheet, before the long legend.
function placeActions() {
  if (PHONE.matches) byId("legend").before(actions);
  else document.querySelector(".timebar").append(actions);
}

async function copyLink() {
  const link = new URL(address(), location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    toast(t("Đã sao chép liên kết của khung nhìn này."));
  } catch {
    toast(t("Trình duyệt không cho sao chép. Liên kết: {link}", { link }));
  }
}

// Menu ----------------------------------------------------------------------

const SHEETS = [
  { label: t("PDF khổ A4 ngang"), suffix: "pdf", size: "a4" },
  { label: t("PDF khổ A3 ngang"), suffix: "pdf", size: "a3" },
  { label: t("Ảnh PNG khổ A4"), suffix: "png", size: "a4" },
  { label: t("Ảnh PNG khổ A3"), suffix: "png", size: "a3" },
];

function startMenu() {
  const links = SHEETS.map((sheet) => {
    const link = el("a", { href: "#", download: true, "data-sheet": `${sheet.suffix}-${sheet.size}` }, sheet.label);
    link.addEventListener("click", (event) => { event.preventDefault(); close(); save(sheet); });
    return link;
  });
  const data = el("a", { href: "#", "data-sheet": "data" }, t("Xuất dữ liệu vụ việc…"));
  const browser = el("button", { type: "button", "data-sheet": "browser" }, t("In bằng trình duyệt"));
  browser.addEventListener("click", () => { close(); print(); });
  menu.append(...links, data, browser);
  opener.after(menu);
  for (const [name, value] of [["aria-haspopup", "true"], ["aria-expanded", "false"], ["aria-controls", menu.id]]) opener.setAttribute(name, value);
  opener.addEventListener("click", () => (menu.hidden ? open(links) : close()));
  menu.addEventListener("keydown", onKey);
  opener.addEventListener("keydown", onKey);
  addEventListener("pointerdown", ({ target }) => { if (!menu.hidden && !menu.contains(target) && target !== opener) close({ back: false }); });
}

// The links are true ones, so that they can be copied and opened in a tab of their own.
function open(links) {
  links.forEach((link, index) => link.setAttribute("href", sheetAddress(SHEETS[index])));
  menu.querySelector("[data-sheet=data]").setAttribute("href", dataAddress());
  menu.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  links[0].focus();
}

function close({ back = true } = {}) {
  if (menu.hidden) return;
  menu.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  if (back) opener.focus();
}

function onKey(event) {
  if (menu.hidden) return;
  const items = [...menu.children];
  const here = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") close();
  else if (step) items.at((here + step + items.length) % items.length).focus();
  else return;
  event.preventDefault();
  event.stopPropagation(); // Esc would close the card, arrows would move the map
}

function sheetAddress({ suffix, size }) {
  const query = new URLSearchParams(address().split("?")[1]);
  const view = map.getBounds();
  query.set("bbox", [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((n) => n.toFixed(4)).join(","));
  query.set("size", size);
  return `/map/print.${suffix}?${query}`;
}

// The incidents that the map counts and draws: verified ones under the filters of the view.
function dataAddress() {
  const query = putFilters(new URLSearchParams({ layer: "incidents", from: state.from, to: state.to, verified: "true" }));
  query.delete("hkind");
  if (state.province) query.set("province", state.province);
  return `/export?${query}`;
}

async function save(sheet) {
  if (opener.getAttribute("aria-busy") === "true") return;
  opener.setAttribute("aria-busy", "true");
  toast(t("Đang dựng bản in…"));
  try {
    const answer = await fetch(sheetAddress(sheet), { headers: { Accept: "application/json" } });
    if (answer.status === 429) return toast(t("Bản in hoặc tệp trước của tài khoản này chưa làm xong. Hãy chờ rồi thử lại."));
    if (!answer.ok) throw new Error("refused", { cause: answer.status });
    const link = URL.createObjectURL(await answer.blob());
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `ban-do.${sheet.suffix}`;
    el("a", { href: link, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(link), 60_000);
    toast(t("Đã tải xuống {name}.", { name }));
  } catch {
    toast(t("Không dựng được bản in. Hãy thử lại, hoặc dùng «In bằng trình duyệt»."));
  } finally {
    opener.removeAttribute("aria-busy");
  }
}

// Print of the browser --------------------------------------------------------

// The sheet is narrower than the screen: keep what is seen, redraw it for the sheet.
function prepare() {
  const name = provinces.get(state.province)?.name ?? t("Toàn quốc");
  byId("print-title").textContent = t("Bản đồ địa bàn về ma túy – {name}", { name });
  byId("print-period").textContent = t("Từ {from} đến {to}", { from: formatDate(state.from), to: formatDate(state.to) });
  const marks = [page.marks.simulated ? t("DỮ LIỆU MÔ PHỎNG") : null, page.marks.approximate ? t("Ranh giới gần đúng") : null].filter(Boolean);
  const now = new Date();
  const time = now.toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit" });
  const made = t("In lúc {time} ngày {day}", { time, day: now.toLocaleDateString(LOCALE) });
  byId("print-foot").textContent = [t("Nguồn ranh giới: {source}", { source: page.marks.source || t("chưa rõ") }), ...marks, made].join(" · ");
  before = map.getBounds();
  map.invalidateSize({ animate: false, pan: false });
  map.fitBounds(before, { animate: false });
}

function restore() {
  map.invalidateSize({ animate: false, pan: false });
  if (before) map.fitBounds(before, { animate: false });
}

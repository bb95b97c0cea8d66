// Links and paper: copy the address of the view, print what is seen.

import { provinces } from "./areas.js";
import { byId, formatDate, toast } from "./dom.js";
import { address, page, state } from "./state.js";

const { map } = window.diaban;
let before = null;

export function startSharing() {
  byId("copy-link").addEventListener("click", copyLink);
  byId("print").addEventListener("click", () => print());
  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);
}

async function copyLink() {
  const link = new URL(address(), location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    toast("Đã sao chép liên kết của khung nhìn này.");
  } catch {
    toast(`Trình duyệt không cho sao chép. Liên kết: ${link}`);
  }
}

// The sheet is narrower than the screen: keep what is seen, redraw it for the sheet.
function prepare() {
  const name = provinces.get(state.province)?.name ?? "Toàn quốc";
  byId("print-title").textContent = `Bản đồ địa bàn về ma túy – ${name}`;
  byId("print-period").textContent = `Từ ${formatDate(state.from)} đến ${formatDate(state.to)}`;
  const marks = [page.marks.simulated ? "DỮ LIỆU MÔ PHỎNG" : null, page.marks.approximate ? "Ranh giới gần đúng" : null].filter(Boolean);
  const now = new Date();
  byId("print-foot").textContent = [`Nguồn ranh giới: ${page.marks.source || "chưa rõ"}`, ...marks, `In lúc ${now.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" })} ngày ${now.toLocaleDateString("vi-VN")}`].join(" · ");
  before = map.getBounds();
  map.invalidateSize({ animate: false, pan: false });
  map.fitBounds(before, { animate: false });
}

function restore() {
  map.invalidateSize({ animate: false, pan: false });
  if (before) map.fitBounds(before, { animate: false });
}

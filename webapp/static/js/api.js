// Data of the pages. A newer question of the same kind cancels the older one.

import { byId, toast } from "./dom.js";
import { putFilters, state } from "./state.js";
import { t } from "./words.js";

const running = new Map();
let open = 0;

export function viewQuery(extra = {}) {
  const query = putFilters(new URLSearchParams({ from: state.from, to: state.to, ...extra }));
  if (state.province) query.set("province", state.province);
  else query.set("province", "");
  return query;
}

// Returns null when cancelled or failed; a failure is told once, in words.
export async function ask(kind, query = new URLSearchParams(), path = kind) {
  running.get(kind)?.abort();
  const control = new AbortController();
  running.set(kind, control);
  busy(+1);
  try {
    const text = query.toString();
    const response = await fetch(`/api/${path}${text ? `?${text}` : ""}`, { signal: control.signal, headers: { Accept: "application/json" } });
    if (response.status === 401) location.assign(`/login?${new URLSearchParams({ next: location.pathname + location.search })}`);
    const body = await response.json();
    if (response.ok) return body;
    toast(body.detail ?? t("Không tải được dữ liệu. Hãy thử tải lại trang."));
    return null;
  } catch (error) {
    if (error.name !== "AbortError") toast(t("Không kết nối được máy chủ. Hãy kiểm tra mạng nội bộ rồi tải lại trang."));
    return null;
  } finally {
    busy(-1);
    if (running.get(kind) === control) running.delete(kind);
  }
}

function busy(step) {
  open += step;
  byId("busy").hidden = open === 0;
}

// Pages of the server that the map reads: its forms and records.

import { toast } from "./dom.js";
import { t } from "./words.js";

// Null when the server cannot be reached or wants a sign-in; a failure is told.
export async function send(address, options) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, ...options });
    if (new URL(response.url).pathname === "/login") {
      location.assign(`/login?${new URLSearchParams({ next: location.pathname + location.search })}`);
      return null;
    }
    return { response, doc: new DOMParser().parseFromString(await response.text(), "text/html") };
  } catch {
    toast(t("Không kết nối được máy chủ. Nội dung đang ghi vẫn còn; hãy thử lại."));
    return null;
  }
}

// Questions and answers between the review page and the site.

import { byId } from "../dom.js";
import { t } from "../words.js";

export class Failure extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function reach(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Failure(t("Không kết nối được máy chủ. Hãy kiểm tra mạng nội bộ rồi thử lại."), 0);
  }
  if (response.status === 401 || (response.redirected && response.url.includes("/login"))) {
    location.assign(`/login?${new URLSearchParams({ next: location.pathname + location.search })}`);
    throw new Failure(t("Phiên làm việc đã hết; cần đăng nhập lại."), 401);
  }
  return response;
}

// A piece of page made by the site, ready to be put in.
export async function piece(address) {
  const response = await reach(address, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Failure(t("Nhóm này đã được xử lý ở nơi khác."), response.status);
  const made = new DOMParser().parseFromString(await response.text(), "text/html");
  return [...made.body.childNodes];
}

export async function ask(address) {
  const response = await reach(address, { headers: { Accept: "application/json" } });
  return answerOf(response);
}

export async function post(address, body = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": byId("guard").elements.csrf_token.value };
  return answerOf(await reach(address, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function answerOf(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(body.detail ?? t("Hệ thống gặp lỗi. Hãy tải lại trang."), response.status);
  return body;
}

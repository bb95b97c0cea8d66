// Small pieces of page, numbers and dates. Text always enters as text, never as markup.

import { LOCALE } from "./words.js";

const number = new Intl.NumberFormat(LOCALE);
const named = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name, className = "swatch") {
  return svg("svg", { class: className, "aria-hidden": "true", focusable: "false" }, svg("use", { href: `#${name}` }));
}

export const formatNumber = (value) => (value === null || value === undefined ? "–" : number.format(value));

// As it is typed into a field, in either language.
export function typedDate(iso) {
  const [year, month, day] = iso.split("-");
  return `${day}/${month}/${year}`;
}

export function formatDate(iso) {
  if (!iso) return "–";
  return LOCALE === "vi-VN" ? typedDate(iso) : named.format(new Date(iso));
}

// Reads 14/06/2026, 14.6.2026 or 2026-06-14; null when it is no day of the years 1990 to 2100.
export function readDate(text) {
  const iso = text.trim().match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
  const local = text.trim().match(/^(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})$/);
  const [year, month, day] = (iso ? iso.slice(1) : local ? local.slice(1).reverse() : [0, 0, 0]).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1990 && year <= 2100 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : null;
}

export function formatDistance(metres) {
  return metres < 1000 ? `${formatNumber(metres)} m` : `${formatNumber(Math.round(metres / 100) / 10)} km`;
}

// One form of a Vietnamese name for searching: no case, no diacritics, đ as d.
export function fold(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/đ/g, "d").replace(/[’'\-.]/g, "").replace(/\s+/g, " ").trim();
}

let toastTimer = 0;

export function toast(message) {
  const node = byId("toast");
  node.textContent = message;
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, 4000);
}

// Redraws on the next frame at most once, however often it is asked to.
export function onceAFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  };
}

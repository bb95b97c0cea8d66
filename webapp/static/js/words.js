// Words of the interface: Vietnamese as written, English where the reader chose it.
//
// t("Cụm {n} vụ việc", { n: "12" }): the Vietnamese text is the key, always in double quotes so that
// a test finds it; the page brings the English ones. A value stands in place of its name in braces
// and enters as text. English may choose a word by a number: "{n} {n|case|cases}".

const told = JSON.parse(document.getElementById("script-words")?.textContent || "{}");

export const LOCALE = document.documentElement.lang === "en" ? "en-GB" : "vi-VN";

export function t(text, values = {}) {
  const chosen = (told[text] ?? text).replace(/\{(\w+)\|([^|{}]*)\|([^|{}]*)\}/g, (whole, name, one, many) => (String(values[name]) === "1" ? one : many));
  return chosen.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

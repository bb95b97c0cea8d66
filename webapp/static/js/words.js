// Words of the interface: Vietnamese as written, English where the reader chose it.
//
// t("Cụm {n} vụ việc", { n: "12" }): the Vietnamese text is the key; the page brings the English
// ones. A value stands in place of its name in braces and enters as text.

const told = JSON.parse(document.getElementById("page-data")?.textContent || "{}").translations ?? {};

export function t(text, values = {}) {
  return (told[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

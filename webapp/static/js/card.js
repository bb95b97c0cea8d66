// The card at the right: the story of what was clicked.

import { ask, viewQuery } from "./api.js";
import { classOf, communes } from "./areas.js";
import { byId, el, formatDate, formatDistance, formatNumber } from "./dom.js";
import { storyOf } from "./layers.js";
import { change, state, words } from "./state.js";
import { data } from "./spots.js";

let opener = null;

export function openCard() {
  const [kind, ref] = [state.pick.slice(0, 1), state.pick.slice(2)];
  const story = { h: hotspotStory, k: clusterStory, i: incidentStory, c: communeStory }[kind] ?? storyOf(kind);
  const parts = story?.(ref);
  const card = byId("detail");
  if (!parts) {
    card.hidden = true;
    return;
  }
  if (card.hidden) opener = document.activeElement;
  const close = el("button", { class: "close", type: "button", "aria-label": "Đóng" }, "×");
  close.addEventListener("click", closeCard);
  card.replaceChildren(close, ...parts);
  card.hidden = false;
}

export function closeCard() {
  if (!state.pick) return;
  change({ pick: "" });
  opener?.focus?.();
}

const badge = (text, kind) => el("span", { class: `badge badge-${kind}` }, text);
const link = (text, href, main) => el("a", { class: main ? "button button-main" : "button", href }, text);
const placeOf = (code) => communes.get(code)?.name ?? null;

function pairs(entries) {
  return el("dl", { class: "pairs" }, ...entries.filter(([, value]) => value !== null).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function hotspotStory(ref) {
  const spot = data.hotspots.find((each) => each.ref === ref);
  if (!spot) return null;
  const address = `/hotspots?${new URLSearchParams({ ref: spot.ref, source: spot.source })}`;
  return [
    badge(words.statuses[spot.status], spot.status),
    el("h2", {}, spot.name),
    el("p", { class: "muted" }, [words.hotspotKinds[spot.kind], placeOf(spot.commune), `mã ${spot.ref}`].filter(Boolean).join(" · ")),
    el("ol", { class: "story" }, ...spot.events.map(([type, on, note]) => el("li", { class: `event-${type}` }, `${formatDate(on)} ${words.events[type]}${note ? `: ${note}` : ""}`))),
    spot.dwelling ? el("p", { class: "muted small" }, "Nhà ở: vị trí vẽ theo ô lưới 250 m.") : null,
    el("div", { class: "actions" }, link("Xem hồ sơ", address, true), spot.commune ? link("Xem xã", `/communes/${spot.commune}`) : null),
  ].filter(Boolean);
}

const FLAG_TEXT = {
  known: "Các vụ việc tụ quanh một điểm đang có trong hồ sơ.",
  unrecorded: "Chưa có điểm nào trong hồ sơ gần đây. Cần xác minh trước khi gọi là tụ điểm.",
  re_emerging: "Vụ việc mới tụ lại tại nơi đã triệt xóa. Cần kiểm tra khả năng tái phức tạp.",
  shifted: "Vụ việc chuyển từ nơi đã triệt xóa sang gần đó.",
};

function clusterStory(ref) {
  const cluster = data.clusters.find((each) => String(each.id) === ref);
  if (!cluster) return null;
  const { parameters } = data.clusterRun;
  return [
    badge(words.flags[cluster.flag], cluster.flag === "re_emerging" ? "re_emerged" : "warn"),
    el("h2", {}, `Cụm ${formatNumber(cluster.n)} vụ việc`),
    el("p", { class: "muted" }, [cluster.stable_id, cluster.communes.map(placeOf).filter(Boolean).join(", ")].filter(Boolean).join(" · ")),
    el("p", {}, FLAG_TEXT[cluster.flag]),
    pairs([
      ["Vụ đầu và vụ cuối", `${formatDate(cluster.first)} – ${formatDate(cluster.last)}`],
      ["Điểm gần nhất trong hồ sơ", cluster.nearest === null ? null : `${cluster.nearest}${cluster.nearest_m === null ? "" : `, cách ${formatDistance(cluster.nearest_m)}`}`],
      ["Hành vi nhiều nhất", cluster.top_kind ? `${words.incidentKinds[cluster.top_kind] ?? cluster.top_kind}, ${formatNumber(cluster.top_kind_n)} vụ` : null],
      [`${formatNumber(cluster.change?.days)} ngày cuối có dữ liệu`, changeText(cluster.change)],
      ["Cách biên giới", cluster.border_m === null ? null : [formatDistance(cluster.border_m), words.neighbours[cluster.border_with]].filter(Boolean).join(", ")],
      ["So với lần trước", [words.lineages[cluster.lineage], ...cluster.parents].filter(Boolean).join(" ") || null],
      ["Vụ việc", windowText(data.clusterRun)],
      ["Dữ liệu đến", parameters.data_until && parameters.data_until < data.clusterRun.as_of ? formatDate(parameters.data_until) : null],
      ["Cách tính", methodText(parameters)],
    ]),
    cluster.partial ? el("p", { class: "muted small" }, "Cụm vượt ra ngoài địa bàn của tài khoản; số liệu và hình vẽ chỉ tính phần bên trong; loại cụm là nhận định về cả cụm, một phần ngoài phạm vi.") : null,
    el("p", { class: "muted small" }, "Cụm do phần mềm tìm ra; chỉ thành tụ điểm khi cán bộ xác nhận."),
    cluster.stable_id ? el("div", { class: "actions" }, link("Xem cụm", `/clusters/${encodeURIComponent(cluster.stable_id)}`, true)) : null,
  ].filter(Boolean);
}

// The days of the records that the run of the clusters read.
export function windowText({ since, as_of: asOf }) {
  return since ? `từ ${formatDate(since)} đến ${formatDate(asOf)}` : `mọi vụ việc đến ${formatDate(asOf)}`;
}

export function methodText({ eps_m: epsM, min_samples: minSamples, eps_days: epsDays }) {
  if (!epsM) return null;
  const within = epsDays === null || epsDays === undefined ? "" : `, cách nhau không quá ${formatNumber(epsDays)} ngày`;
  return `bán kính ${formatNumber(epsM)} m, ít nhất ${formatNumber(minSamples)} vụ${within}`;
}

const decimal = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 1 });

// The last window against the one before; the ratio is bounded, or open above where nothing came before.
function changeText(change) {
  if (!change || change.before + change.after === 0) return null;
  const counts = `${formatNumber(change.after)} vụ, kỳ liền trước ${formatNumber(change.before)} vụ`;
  if (change.ratio === null) return counts;
  return `${counts}; tỷ số ${decimal.format(change.ratio)} (khoảng tin cậy 95 %: ${decimal.format(change.low)} đến ${decimal.format(change.high)})`;
}

function incidentStory(ref) {
  const point = data.incidents?.points.find(([id]) => String(id) === ref);
  if (!point) return null;
  const [, , , code, day, kind, precision, commune] = point;
  return [
    el("h2", {}, words.incidentKinds[kind] ?? kind),
    el("p", { class: "muted" }, [`Vụ ${code}`, placeOf(commune)].filter(Boolean).join(" · ")),
    pairs([["Ngày", formatDate(day)], ["Mức định vị", words.precisions[precision]]]),
    commune ? el("div", { class: "actions" }, link("Xem xã", `/communes/${commune}`)) : null,
  ].filter(Boolean);
}

function communeStory(code) {
  const unit = communes.get(code);
  if (!unit) return null;
  const cls = classOf(code);
  const figures = el("div", {}, el("p", { class: "muted" }, "Đang tải số liệu của xã"));
  fillFigures(code, figures);
  return [
    el("h2", {}, unit.name),
    el("p", { class: "muted" }, `mã ${code}${unit.border ? " · xã biên giới" : ""}`),
    el("p", {}, el("span", { class: `class-badge class-${cls}` }, words.classes[cls])),
    figures,
    el("div", { class: "actions" }, link("Xem căn cứ phân loại", `/communes/${code}`, true)),
  ];
}

async function fillFigures(code, node) {
  const facts = await ask("commune", viewQuery(), `communes/${code}`);
  if (!facts) return node.replaceChildren();
  if (!facts.in_scope) return node.replaceChildren(el("p", { class: "muted" }, "Hồ sơ chi tiết thuộc địa bàn khác."));
  const spots = Object.entries(facts.hotspots).map(([status, n]) => [words.statuses[status], formatNumber(n)]);
  return node.replaceChildren(pairs([["Vụ việc trong kỳ", formatNumber(facts.cases)], ["Đối tượng", formatNumber(facts.offenders)], ...spots]));
}

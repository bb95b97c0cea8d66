// The card at the right: the story of what was clicked.

import { ask, viewQuery } from "./api.js";
import { classOf, classTime, communes } from "./areas.js";
import { byId, el, formatDate, formatDistance, formatNumber } from "./dom.js";
import { isCut } from "./filters.js";
import { storyOf } from "./layers.js";
import { change, page, state, words } from "./state.js";
import { data } from "./spots.js";
import { LOCALE, t } from "./words.js";

let opener = null;

// While what it tells of is still `loading`, nothing can be said to be missing.
export function openCard({ loading = false } = {}) {
  const [kind, ref] = [state.pick.slice(0, 1), state.pick.slice(2)];
  const story = { h: hotspotStory, k: clusterStory, i: incidentStory, c: communeStory }[kind] ?? storyOf(kind);
  const parts = story?.(ref) ?? (state.pick && !loading ? missingStory(kind, ref) : null);
  const card = byId("detail");
  if (!parts) {
    card.hidden = true;
    return;
  }
  const byKey = card.hidden && document.activeElement?.matches("button:focus-visible, [role=button]:focus-visible");
  if (card.hidden) opener = document.activeElement;
  const close = el("button", { class: "close", type: "button", "aria-label": t("Đóng") }, "×");
  close.addEventListener("click", closeCard);
  card.replaceChildren(close, ...parts);
  card.hidden = false;
  if (byKey) card.focus({ preventScroll: true });
}

export function closeCard() {
  if (!state.pick) return;
  change({ pick: "" });
  opener?.focus?.();
}

// A link may name what is no longer there, or what this view leaves out.
function missingStory(kind, ref) {
  const shown = ref.slice(0, 40);
  const reason = {
    h: t("Không có điểm, tụ điểm mang mã «{ref}» trong địa bàn, kỳ và bộ lọc đang xem, hoặc nằm ngoài phạm vi của tài khoản.", { ref: shown }),
    k: data.clusterRun?.too_early ? t("Cụm: chỉ có cho ngày phân tích {day}.", { day: formatDate(data.clusterRun.as_of) }) : t("Lần phân tích mới nhất không có cụm này trong địa bàn đang xem."),
    i: t("Vụ việc này không có trong khung nhìn, địa bàn, kỳ và bộ lọc đang xem, hoặc không có vị trí để vẽ."),
    c: t("Địa bàn đang xem không có xã mang mã «{ref}».", { ref: shown }),
  }[kind] ?? t("Mục này không có, đã rút, hoặc lớp của nó đang tắt.");
  const page = kind === "h" && ref ? `/hotspots?${new URLSearchParams({ ref })}` : kind === "i" && /^\d{1,9}$/.test(ref) ? `/incidents/${ref}` : kind === "k" ? "/clusters" : null;
  const words = { h: t("Tìm trong hồ sơ"), i: t("Xem vụ việc"), k: t("Xem các cụm") };
  return [
    el("h2", { "data-missing": true }, t("Không thấy mục này trên bản đồ")),
    el("p", {}, reason),
    ...(page ? [el("div", { class: "actions" }, link(words[kind], page))] : []),
  ];
}

const badge = (text, kind) => el("span", { class: `badge badge-${kind}` }, text);
const link = (text, href, main) => el("a", { class: main ? "button button-main" : "button", href }, text);
// Opens the form in the card; a record may be corrected by those who may write.
function editButton(key) {
  if (!page.may_enter) return null;
  const button = el("button", { type: "button", class: "button" }, t("Sửa"));
  button.addEventListener("click", () => change({ pick: key }));
  return button;
}

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
    el("p", { class: "muted" }, [words.hotspotKinds[spot.kind], placeOf(spot.commune), t("mã {ref}", { ref: spot.ref })].filter(Boolean).join(" · ")),
    el("ol", { class: "story" }, ...spot.events.map(([type, on, note]) => el("li", { class: `event-${type}` }, `${formatDate(on)} ${words.events[type]}${note ? `: ${note}` : ""}`))),
    spot.dwelling ? el("p", { class: "muted small" }, t("Nhà ở: vị trí vẽ theo ô lưới 250 m.")) : null,
    el("div", { class: "actions" }, link(t("Xem hồ sơ"), address, true), spot.id ? editButton(`e:h${spot.id}`) : null, spot.commune ? link(t("Xem xã"), `/communes/${spot.commune}`) : null),
  ].filter(Boolean);
}

const FLAG_TEXT = {
  known: t("Các vụ việc tụ quanh một điểm đang có trong hồ sơ."),
  unrecorded: t("Chưa có điểm nào trong hồ sơ gần đây. Cần xác minh trước khi gọi là tụ điểm."),
  re_emerging: t("Vụ việc mới tụ lại tại nơi đã triệt xóa. Cần kiểm tra khả năng tái phức tạp."),
  shifted: t("Vụ việc chuyển từ nơi đã triệt xóa sang gần đó."),
};

function clusterStory(ref) {
  const cluster = data.clusters.find((each) => String(each.id) === ref);
  if (!cluster) return null;
  const { parameters } = data.clusterRun;
  const clearing = el("div", { class: "clearing" });
  if (cluster.stable_id) fillClearing(cluster.stable_id, clearing);
  return [
    badge(words.flags[cluster.flag], cluster.flag === "re_emerging" ? "re_emerged" : "warn"),
    el("h2", {}, t("Cụm {n} vụ việc", { n: formatNumber(cluster.n) })),
    el("p", { class: "muted" }, [cluster.stable_id, cluster.communes.map(placeOf).filter(Boolean).join(", ")].filter(Boolean).join(" · ")),
    el("p", {}, FLAG_TEXT[cluster.flag]),
    pairs([
      [t("Vụ đầu và vụ cuối"), `${formatDate(cluster.first)} – ${formatDate(cluster.last)}`],
      [t("Điểm gần nhất trong hồ sơ"), cluster.nearest === null ? null : cluster.nearest_m === null ? cluster.nearest : t("{ref}, cách {distance}", { ref: cluster.nearest, distance: formatDistance(cluster.nearest_m) })],
      [t("Hành vi nhiều nhất"), cluster.top_kind ? t("{kind}, {n} vụ", { kind: words.incidentKinds[cluster.top_kind] ?? cluster.top_kind, n: formatNumber(cluster.top_kind_n) }) : null],
      [t("{n} ngày cuối có dữ liệu", { n: formatNumber(cluster.change?.days) }), changeText(cluster.change)],
      [t("Cách biên giới"), cluster.border_m === null ? null : [formatDistance(cluster.border_m), words.neighbours[cluster.border_with]].filter(Boolean).join(", ")],
      [t("So với lần trước"), [words.lineages[cluster.lineage], ...cluster.parents].filter(Boolean).join(" ") || null],
      [t("Kỳ phân tích"), windowText(data.clusterRun)],
      [t("Dữ liệu đến"), parameters.data_until && parameters.data_until < data.clusterRun.as_of ? formatDate(parameters.data_until) : null],
      [t("Cách tính"), methodText(parameters)],
    ]),
    clearing,
    cluster.partial ? el("p", { class: "muted small" }, t("Cụm vượt ra ngoài địa bàn của tài khoản; số liệu và hình vẽ chỉ tính phần bên trong; loại cụm là nhận định về cả cụm, một phần ngoài phạm vi.")) : null,
    el("p", { class: "muted small" }, t("Cụm do phần mềm tìm ra; chỉ thành tụ điểm khi cán bộ xác nhận.")),
    isCut() ? el("p", { class: "muted small" }, t("Cụm tính trên mọi loại vụ việc, không theo bộ lọc.")) : null,
    cluster.stable_id ? el("div", { class: "actions" }, link(t("Xem cụm"), `/clusters/${encodeURIComponent(cluster.stable_id)}`, true)) : null,
  ].filter(Boolean);
}

// Cases of the cluster on either side of the last clearing of its hotspot, where there was one.
async function fillClearing(name, node) {
  const told = await ask("clearing", new URLSearchParams(), `clusters/${encodeURIComponent(name)}`);
  if (!told?.clearing) return node.remove();
  const { hotspot, cleared_on: day, before, on_day: onDay, after, undated, days_after: days } = told.clearing;
  const left = [onDay ? t("{n} vụ đúng ngày triệt xóa", { n: formatNumber(onDay) }) : "", undated ? t("{n} vụ không rõ ngày", { n: formatNumber(undated) }) : ""].filter(Boolean);
  return node.replaceChildren(
    el("p", { class: "muted small" }, t("{name}, triệt xóa lần cuối {day}:", { name: hotspot.name, day: formatDate(day) })),
    pairs([
      [t("Vụ trước triệt xóa"), formatNumber(before)],
      [t("Vụ sau triệt xóa"), t("{n} trong {days} ngày", { n: formatNumber(after), days: formatNumber(days) })],
      [t("Không xếp được"), left.join(", ") || null],
    ]),
  );
}

// The days of the records that the run of the clusters read.
export function windowText({ since, as_of: asOf }) {
  return since ? t("từ {from} đến {to}", { from: formatDate(since), to: formatDate(asOf) }) : t("mọi vụ việc đến {day}", { day: formatDate(asOf) });
}

export function methodText({ eps_m: epsM, min_samples: minSamples, eps_days: epsDays }) {
  if (!epsM) return null;
  const values = { radius: formatNumber(epsM), n: formatNumber(minSamples), days: formatNumber(epsDays) };
  return epsDays === null || epsDays === undefined
    ? t("bán kính {radius} m, ít nhất {n} vụ", values)
    : t("bán kính {radius} m, ít nhất {n} vụ, cách nhau không quá {days} ngày", values);
}

const decimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

// The last window against the one before; the ratio is bounded, or open above where nothing came before.
function changeText(change) {
  if (!change || change.before + change.after === 0) return null;
  const counts = t("{after} vụ, kỳ liền trước {before} vụ", { after: formatNumber(change.after), before: formatNumber(change.before) });
  if (change.ratio === null) return counts;
  return t("{counts}; tỷ số {ratio} (khoảng tin cậy 95 %: {low} đến {high})", { counts, ratio: decimal.format(change.ratio), low: decimal.format(change.low), high: decimal.format(change.high) });
}

function incidentStory(ref) {
  const point = data.incidents?.points.find(([id]) => String(id) === ref);
  if (!point) return null;
  const [id, , , code, day, kind, precision, commune, inSquare] = point;
  return [
    el("h2", {}, words.incidentKinds[kind] ?? kind),
    el("p", { class: "muted" }, [t("Vụ {code}", { code }), placeOf(commune)].filter(Boolean).join(" · ")),
    pairs([[t("Ngày"), formatDate(day)], [t("Mức định vị"), inSquare ? t("Trong ô 250 m, vì có thể là nơi ở") : words.precisions[precision]]]),
    el("div", { class: "actions" }, link(t("Xem vụ việc"), `/incidents/${id}`, true), editButton(`e:i${id}`), commune ? link(t("Xem xã"), `/communes/${commune}`) : null),
  ].filter(Boolean);
}

function communeStory(code) {
  const unit = communes.get(code);
  if (!unit) return null;
  const cls = classOf(code);
  const figures = el("div", {}, el("p", { class: "muted" }, t("Đang tải số liệu của xã")));
  fillFigures(code, figures);
  return [
    el("h2", {}, unit.name),
    el("p", { class: "muted" }, [t("mã {ref}", { ref: code }), unit.border ? t("xã biên giới") : null].filter(Boolean).join(" · ")),
    el("p", {}, el("span", { class: `class-badge class-${cls}` }, words.classes[cls]), cls === "unknown" ? null : el("span", { class: "muted small" }, ` ${classTime()}`)),
    figures,
    el("div", { class: "actions" }, link(t("Xem căn cứ phân loại"), `/communes/${code}`, true)),
  ];
}

async function fillFigures(code, node) {
  const facts = await ask("commune", viewQuery(), `communes/${code}`);
  if (!facts) return node.replaceChildren();
  if (!facts.in_scope) return node.replaceChildren(el("p", { class: "muted" }, t("Hồ sơ chi tiết thuộc địa bàn khác.")));
  const spots = Object.entries(facts.hotspots).map(([status, n]) => [words.statuses[status], formatNumber(n)]);
  const days = t("Số liệu từ {from} đến {to}; tình trạng điểm ngày {to}.", { from: formatDate(state.from), to: formatDate(state.to) });
  return node.replaceChildren(el("p", { class: "muted small card-days" }, days), pairs([[isCut() ? t("Vụ việc trong kỳ, theo bộ lọc") : t("Vụ việc trong kỳ"), formatNumber(facts.cases)], [t("Đối tượng"), formatNumber(facts.offenders)], ...spots]));
}

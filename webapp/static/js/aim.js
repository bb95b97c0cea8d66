// How fine a place is chosen on the map, and whether a record can be written there.

import { ask } from "./api.js";
import { formatNumber } from "./dom.js";
import { t } from "./words.js";

const { map } = window.diaban;
const COARSEST_M = 30; // a pixel that covers more than this says too little of a place
const CHOOSING_ZOOM = 14; // some 9 m to the pixel

// The point of an address, «14.65,107.85», and that of two fields, written with commas; null where there is none.
export function readPoint(text) {
  const [lat, lon] = (text ?? "").split(",").map(Number);
  return text && Number.isFinite(lat) && Number.isFinite(lon) ? L.latLng(lat, lon) : null;
}

export function typedPoint(...texts) {
  const [lat, lon] = texts.map((text) => Number(text.trim().replace(",", ".") || "x"));
  return Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) < 90 ? L.latLng(lat, lon) : null;
}

export const comma = (degrees) => degrees.toFixed(6).replace(/\.?0+$/, "").replace(".", ",");

const pixelM = ({ lat }) => (40_075_016.7 * Math.cos((lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8);

// As many decimals as the pixel resolves: 4 (11 m) to 6.
export function rounded(at) {
  const decimals = Math.min(6, Math.max(4, Math.ceil(Math.log10(111_320 / pixelM(at)))));
  return L.latLng(Number(at.lat.toFixed(decimals)), Number(at.lng.toFixed(decimals)));
}

// Goes near where the map is too far away to choose there, and says so; else null.
export function tooCoarse(at) {
  const metres = pixelM(at);
  if (metres <= COARSEST_M) return null;
  map.setView(at, CHOOSING_ZOOM, { animate: false });
  return t("Ở mức phóng vừa rồi mỗi điểm ảnh rộng {n} m, chưa đủ để chọn một nơi. Bản đồ đã phóng vào đó; hãy chọn lại cho đúng.", { n: formatNumber(Math.round(metres)) });
}

// Why a record cannot be written at a point, null where it can or where the server does not answer.
export async function refusal(at) {
  const answer = await ask("place", new URLSearchParams({ lat: at.lat.toFixed(6), lon: at.lng.toFixed(6) }));
  if (!answer) return null;
  if (!answer.place) return t("Nơi này không nằm trong xã, phường nào: ngoài biển, hoặc ngoài bản đồ đang dùng. Hãy chọn nơi khác, hoặc nhập tọa độ, địa chỉ.");
  return answer.place.covered ? null : t("{place} nằm ngoài phạm vi của tài khoản. Hãy chọn nơi khác.", { place: `${answer.place.commune_name}, ${answer.place.province_name}` });
}

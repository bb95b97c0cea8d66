// Hotspots where they are too many for each to be a marker: one drawing on a canvas, which still
// names what lies under the pointer and opens what is clicked. The keyboard has the list for them.

import { colour, onColourChange } from "./colours.js";
import { byId, onceAFrame } from "./dom.js";

const { map } = window.diaban;
const SPRITE_PX = 48; // a symbol is painted once at this size, then copied smaller
const REACH_PX = 3; // around a symbol that still is the symbol
const ARROW_PX = 15;

const sprites = new Map(); // name of a symbol → canvas, null while it is being painted
onColourChange(() => sprites.clear());

// The symbol of the page, with the colours of the theme in the place of their names.
function sprite(name) {
  if (!sprites.has(name)) paint(name);
  return sprites.get(name);
}

async function paint(name) {
  sprites.set(name, null);
  const drawing = byId(name).innerHTML.replace(/var\(--([\w-]+)\)/g, (_, key) => colour(key));
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="${SPRITE_PX}" height="${SPRITE_PX}">${drawing}</svg>`)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SPRITE_PX;
  canvas.getContext("2d").drawImage(image, 0, 0, SPRITE_PX, SPRITE_PX);
  sprites.set(name, canvas);
  crowd.redraw();
}

const Crowd = L.Path.extend({
  initialize(options) {
    L.setOptions(this, { interactive: false, ...options });
    this.members = []; // {spot, symbol, arrow, label}, what is drawn last is on top
    this.size = 0;
  },

  _project() {
    const half = this.size / 2 + ARROW_PX;
    this._at = this.members.map(({ spot }) => this._map.latLngToLayerPoint([spot.lat, spot.lon]));
    const { min, max } = L.bounds(this._at.length ? this._at : [[0, 0]]);
    this._pxBounds = L.bounds(min.subtract([half, half]), max.add([half, half]));
  },

  _update() {
    if (this._map) this._updatePath();
  },

  _updatePath() {
    if (!this._renderer._drawing) return;
    const pen = this._renderer._ctx;
    const { size } = this;
    this.members.forEach(({ symbol, arrow }, n) => {
      const { x, y } = this._at[n];
      if (sprite(symbol)) pen.drawImage(sprite(symbol), x - size / 2, y - size / 2, size, size);
      if (arrow && sprite(arrow)) pen.drawImage(sprite(arrow), x + size / 2 - 6, y - size / 2 - 9, ARROW_PX, ARROW_PX);
    });
  },

  _containsPoint: () => false,

  // The symbol whose middle lies nearest to a point of the drawing, null where none reaches.
  at(point) {
    const reach = this.size / 2 + REACH_PX;
    let [found, least] = [null, Infinity];
    this._at.forEach(({ x, y }, n) => {
      const [across, down] = [Math.abs(x - point.x), Math.abs(y - point.y)];
      if (across > reach || down > reach || Math.hypot(across, down) > least) return;
      [found, least] = [this.members[n], Math.hypot(across, down)];
    });
    return found;
  },
});

const crowd = new Crowd({ pane: "crowd", renderer: L.canvas({ pane: "crowd", padding: 0.3 }) });

// Draws these and no others; with none the drawing is gone.
export function drawCrowd(members, size) {
  crowd.remove();
  Object.assign(crowd, { members, size });
  if (members.length) crowd.addTo(map);
  else leave();
}

const tip = L.tooltip({ className: "tip", direction: "top" });
let under = null;

const underPointer = (event) => (crowd._map && event.target.closest(".leaflet-map-pane") && !event.target.closest(".leaflet-marker-icon") ? crowd.at(map.mouseEventToLayerPoint(event)) : null);

function leave() {
  under = null;
  tip.remove();
  map.getContainer().classList.remove("on-symbol");
}

// Whether the pointer is on a symbol of the drawing, so that nothing else is named there.
export const isOnSymbol = () => under !== null;

export function startCrowd({ pick, tell, name }) {
  const container = map.getContainer();
  let moved = null;
  const follow = onceAFrame(() => {
    const found = underPointer(moved);
    if (found === under) return;
    leave();
    if (!found) return;
    under = found;
    tell();
    container.classList.add("on-symbol");
    tip.options.offset = L.point(0, -crowd.size / 2);
    tip.setContent(name(found)).setLatLng([found.spot.lat, found.spot.lon]).addTo(map);
  });
  container.addEventListener("pointermove", (event) => {
    moved = event;
    if (crowd._map && !event.buttons) follow();
  });
  container.addEventListener("pointerleave", leave);
  // Before Leaflet hears of it: the canvas of the communes lies below.
  container.addEventListener("click", (event) => {
    if (byId("stage").classList.contains("entering") || map.dragging.moved()) return;
    const found = underPointer(event);
    if (!found) return;
    event.stopPropagation();
    pick(found.spot);
  }, true);
}

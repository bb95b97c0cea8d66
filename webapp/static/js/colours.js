// Colours come from the style sheet alone, so that light, dark and print agree.

const known = new Map(); // asked of the browser once: a step of the play asks thousands of times

export function colour(name) {
  if (!known.has(name)) known.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return known.get(name);
}

export function onColourChange(redraw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    known.clear();
    redraw();
  });
}

// A canvas whose fills may be hatched: option `hatch` names the line colour.
export const HatchCanvas = L.Canvas.extend({
  _fillStroke(context, layer) {
    const { fill, hatch, fillOpacity } = layer.options;
    L.Canvas.prototype._fillStroke.call(this, context, layer);
    if (!fill || !hatch || fillOpacity === 0) return;
    context.globalAlpha = 1;
    context.fillStyle = hatching(context, hatch);
    context.fill("evenodd");
    if (layer.options.stroke) context.stroke();
  },
});

const patterns = new Map();

function hatching(context, lineColour) {
  if (!patterns.has(lineColour)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.strokeStyle = lineColour;
    pen.lineWidth = 1;
    pen.beginPath();
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift - 1, 9);
      pen.lineTo(shift + 9, -1);
    }
    pen.stroke();
    patterns.set(lineColour, context.createPattern(tile, "repeat"));
  }
  return patterns.get(lineColour);
}

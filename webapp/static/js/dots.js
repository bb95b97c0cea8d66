// Many dots as one drawing on a canvas: they answer no click, and a step of the play draws
// thousands of them.

const Dots = L.Path.extend({
  initialize(points, options) {
    L.setOptions(this, { interactive: false, ...options });
    this._points = points; // [longitude, latitude] each
  },

  _project() {
    const { radius } = this.options;
    this._at = this._points.map(([lon, lat]) => this._map.latLngToLayerPoint([lat, lon]));
    const { min, max } = L.bounds(this._at.length ? this._at : [[0, 0]]);
    this._pxBounds = L.bounds(min.subtract([radius, radius]), max.add([radius, radius]));
  },

  _update() {
    if (this._map) this._updatePath();
  },

  _updatePath() {
    if (!this._renderer._drawing) return;
    const pen = this._renderer._ctx;
    const { radius, fillColor, fillOpacity, color, weight } = this.options;
    Object.assign(pen, { fillStyle: fillColor, strokeStyle: color, lineWidth: weight });
    for (const { x, y } of this._at) {
      pen.beginPath();
      pen.arc(x, y, radius, 0, Math.PI * 2);
      pen.globalAlpha = fillOpacity;
      pen.fill();
      pen.globalAlpha = 1;
      pen.stroke();
    }
  },

  _containsPoint: () => false,
});

export const dots = (points, options) => new Dots(points, options);

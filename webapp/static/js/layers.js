// Layers that come on top of communes, hotspots, clusters and incidents. Each is a module of its
// own that registers here; the planner's screen loads, draws, counts and tells them alike.
//
// A layer: {
//   name,                        the group of the map that it fills (webapp/maps.py: LAYERS)
//   load(changed),               asks for its data; `changed` names what of the state is new
//   draw(),                      fills its group anew from what was loaded
//   legend(),                    rows for the legend: [{ key, label, swatch }]
//   count(view, add),            add(key, n) for what lies in view
//   story: { prefix, tell },     tell(ref) gives the nodes of the card of «prefix:ref», or null
//   find(),                      what the search looks through: [{ key, name, hint, also, at }]
// } Everything but `name` and `draw` may be left out.

const layers = [];

export const register = (layer) => { layers.push(layer); };

export const loadLayers = (changed) => Promise.all(layers.map((layer) => layer.load?.(changed)));
export const drawLayers = () => layers.forEach((layer) => layer.draw());
export const legendOfLayers = () => layers.flatMap((layer) => layer.legend?.() ?? []);
export const countLayers = (view, add) => layers.forEach((layer) => layer.count?.(view, add));
export const storyOf = (prefix) => layers.find((layer) => layer.story?.prefix === prefix)?.story.tell ?? null;
export const findInLayers = () => layers.flatMap((layer) => layer.find?.() ?? []);

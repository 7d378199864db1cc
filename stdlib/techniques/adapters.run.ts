/**
 * Bottleneck adapters: what a residual sub-layer gives goes through two small linear layers with an activation between, and
 * is added to itself. Houlsby et al. (2019, arXiv 1902.00751) put one after every sub-layer, Pfeiffer et al. (2021, arXiv
 * 2005.00247) only after those that feed forward. The second layer starts at zero, so that training starts from the base.
 */
import { argumentsOf } from "#dsl/types/filled.js";
import type { Layers } from "../kinds/layers.js";
import type { TechniqueImplementation } from "../kinds/technique.js";
import { word } from "./adapters.js";

const OWN = /\.adapter\.(down|up)\.(weight|bias)$/;

export const adapters: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => OWN.test(path),
  adds: (_call, path) => OWN.test(path),
  around(call, layers) {
    const { size, activation, kind } = argumentsOf(word, call);
    const everywhere = kind !== "pfeiffer";
    // A sub-layer that computes attention while its body runs is one of attention.
    let attended = false;
    const attention: Layers["attention"] = (...given) => {
      attended = true;
      return layers.attention(...given);
    };
    const block: Layers["block"] = (path, x, body) =>
      layers.block(path, x, (h) => {
        attended = false;
        const y = body(h);
        if (attended && !everywhere) return y;
        const width = y.shape.at(-1) as number;
        const own = `${path}.adapter`;
        const down = { in: width, out: size, activation, initial: { normal: 0.01 } };
        const inner = layers.linear(`${own}.down`, y, down);
        return y.add(layers.linear(`${own}.up`, inner, { in: size, out: width, initial: "zeros" }));
      });
    return { ...layers, attention, block };
  },
};

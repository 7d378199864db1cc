/**
 * (IA)³ like PEFT's (Liu et al., 2022, arXiv 2205.05638): a learned factor for each output of the key and value layers,
 * and for each input of the layers that end a feed-forward sub-layer. All factors start at 1.
 */
import type { Layers } from "../layers/contract.js";
import type { TechniqueImplementation } from "./kind.js";
import { ia3Settings } from "./shared/ia3-settings.js";
import { modulesToSave, PEFT_PREFIX, peftConfig } from "./shared/settings.js";
import { isTargetLayer } from "./shared/shapes.js";
import { word } from "./ia3.js";

const OWN = /\.ia3_l$/;

export const ia3: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => OWN.test(path),
  adds: (_call, path) => OWN.test(path),
  fileName: (name) => PEFT_PREFIX + name,
  around(call, layers) {
    const { targets, inputs } = ia3Settings(call);
    const linear: Layers["linear"] = (path, x, options) => {
      const factors = (shape: readonly number[], size: number) =>
        layers.graph.withPath(path, () => layers.parameter(`${path}.ia3_l`, shape, "ones").reshape([size]));
      if (isTargetLayer(path, inputs))
        return layers.linear(path, x.multiply(factors([1, options.in], options.in)), options);
      if (!isTargetLayer(path, targets)) return layers.linear(path, x, options);
      const { activation, ...plain } = options;
      return layers.activate(
        layers.linear(path, x, plain).multiply(factors([options.out, 1], options.out)),
        activation,
      );
    };
    return { ...layers, linear };
  },
  config(call, about) {
    const { targets, inputs } = ia3Settings(call);
    return {
      ...peftConfig("IA3", about),
      target_modules: [...targets, ...inputs],
      feedforward_modules: inputs,
      fan_in_fan_out: about.inOut,
      modules_to_save: modulesToSave(about.head),
      init_ia3_weights: true,
    };
  },
};

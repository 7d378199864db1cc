import { reportMissingTargets } from "./shared/no-target.js";
import type { Call } from "#dsl/language/types/value.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import { defineWord, defineParameter } from "#dsl/language/types/define.js";
import { baseFacts } from "../models/shared/base-facts.js";
import { startFolderParameter } from "./shared/from-parameter.js";
import { defaultIa3Layers, ia3Settings, type Ia3Settings } from "./shared/ia3-settings.js";
import { linearLayerNames, findLinearLayers, type TensorShapes, isTargetLayer } from "./shared/shapes.js";
import { learningRateRecord } from "./shared/rates.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { TechniqueImplementation } from "./kind.js";
import { modulesToSave, PEFT_PREFIX, peftConfig } from "./shared/settings.js";

const known = (context: WordCheckContext): Ia3Settings => defaultIa3Layers(baseFacts(context)?.shapes ?? {});
const layersParameter = <N extends keyof Ia3Settings>(name: N, doc: string, derived: string) =>
  defineParameter({
    name,
    type: { is: "list", of: { is: "text" } },
    suggests: { from: "layers" },
    doc,
    default: { derived, from: (_draft, context) => [...known(context)[name]] },
    why: "The layers scaled in the paper.",
    impact: "medium",
  });

const rate = learningRateRecord({
  rate: 0.02,
  narrows: true,
  because: "factors start at one and must move by tenths to be felt",
});

export const word = defineWord({
  kind: "technique",
  name: "ia3",
  doc: "(IA)³: learned factors scale keys, values and the inside of feed-forward sub-layers; a ten-thousandth of the weights trains. Saved as a PEFT adapter.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: ia3 }',
  references: [
    {
      title: "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning",
      by: "Liu et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2205.05638",
    },
  ],
  elsewhere: { target_modules: "targets", feedforward_modules: "inputs", IA3: "ia3" },
  parameters: [
    layersParameter(
      "targets",
      "Linear layers whose outputs are scaled, by the last name of their path in the checkpoint.",
      "the key and value layers of the base",
    ),
    layersParameter(
      "inputs",
      "Linear layers whose inputs are scaled.",
      "the last layer of each feed-forward block of the base",
    ),
    startFolderParameter(
      "Folder of a PEFT adapter to start from (`adapter_model.safetensors`), with the same targets and inputs.",
    ),
  ],
  check(call, context) {
    const shapes = baseFacts(context)?.shapes;
    if (!shapes) return;
    const { targets, inputs } = ia3Settings(call);
    const has = linearLayerNames(shapes);
    if (!targets.length && !inputs.length) context.report("no-targets-known", { technique: call.word, has });
    for (const [name, list] of [["targets", targets] as const, ["inputs", inputs] as const])
      reportMissingTargets(context, list, has, (target) => findLinearLayers(shapes, [target]).length > 0, name);
  },
  notes: rate.notes,
  capabilities: {
    ...rate.capabilities,
    saves: "trained",
    /** The trained weights are part of the base's weights, so the model can be written as a complete one. */
    canBeMerged: true,
    trains:
      "one number for each output of the key and value layers, and for each input of the last feed-forward layers",
    addedParameters: true,
    trainableParameters(call: Call, shapes: TensorShapes, layout?: "in_out" | "out_in"): number {
      const { targets, inputs } = ia3Settings(call);
      const scaled = new Set(findLinearLayers(shapes, inputs).map(({ path }) => path));
      return findLinearLayers(shapes, [...targets, ...inputs]).reduce((n, layer) => {
        const [out, into] = layout === "in_out" ? [layer.in, layer.out] : [layer.out, layer.in];
        return n + (scaled.has(layer.path) ? into : out);
      }, 0);
    },
  },
  load: () => Promise.resolve(ia3),
});

/**
 * (IA)³ like PEFT's (Liu et al., 2022, arXiv 2205.05638): a learned factor for each output of the key and value layers,
 * and for each input of the layers that end a feed-forward sub-layer. All factors start at 1.
 */
const OWN = /\.ia3_l$/;

const ia3: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => OWN.test(path),
  adds: (_call, path) => OWN.test(path),
  fileName: (name) => PEFT_PREFIX + name,
  around(call, layers) {
    const { targets, inputs } = ia3Settings(call);
    const linear: LayerBuilder["linear"] = (path, x, options) => {
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

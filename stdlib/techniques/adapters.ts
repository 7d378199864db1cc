import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { TechniqueImplementation } from "./kind.js";
import { ownFormatStartFolderParameter } from "./shared/from-parameter.js";
import { defineWord } from "#dsl/language/types/define.js";
import { numberArgument, textArgument } from "./shared/settings.js";
import { isAttentionPath, embeddingWidth, isEmbeddingOrHead, type TensorShapes } from "./shared/shapes.js";
import { learningRateRecord } from "./shared/rates.js";

const rate = learningRateRecord({
  rate: 1e-3,
  narrows: true,
  because: "the layers start at zero; twice as much can make training diverge",
});

export const word = defineWord({
  kind: "technique",
  name: "adapters",
  doc: "Two small linear layers with an activation between, after each sub-layer of every block; the base stays frozen.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: adapters(size: 64) }',
  references: [
    {
      title: "Parameter-Efficient Transfer Learning for NLP",
      by: "Houlsby et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1902.00751",
    },
    {
      title: "AdapterFusion: Non-Destructive Task Composition for Transfer Learning",
      by: "Pfeiffer et al.",
      year: 2020,
      url: "https://arxiv.org/abs/2005.00247",
    },
  ],
  elsewhere: {
    adapter: "adapters",
    bottleneck: "size",
    bottleneck_size: "size",
    adapter_size: "size",
    reduction_factor: "size",
    non_linearity: "activation",
  },
  parameters: [
    {
      name: "kind",
      type: { is: "choice", of: ["houlsby", "pfeiffer"] },
      positional: true,
      means: {
        houlsby: "after attention and after the feed-forward layer",
        pfeiffer: "after the feed-forward layer only",
      },
      doc: "`houlsby`: after attention and after the feed-forward layer; `pfeiffer`: after the feed-forward layer only. `pfeiffer` costs half.",
      default: { value: "houlsby" },
      why: "Two adapters per block learn a little more, as in Houlsby's paper.",
      impact: "low",
    },
    {
      name: "size",
      type: { is: "number", integer: true },
      doc: "Inner size.",
      range: { min: 1, max: 8192 },
      default: { value: 64 },
      why: "64 comes within half a percent of full fine-tuning on GLUE (Houlsby et al., 2019).",
      impact: "medium",
    },
    {
      name: "activation",
      type: { is: "choice", of: ["relu", "gelu", "gelu_new", "silu", "tanh"] },
      means: {
        relu: "nothing below zero, the value above",
        gelu: "smooth relu, by the normal distribution",
        gelu_new: "gelu, approximated by tanh",
        silu: "the value times its sigmoid",
        tanh: "between -1 and 1",
      },
      doc: "Between the two layers.",
      default: { value: "relu" },
      why: "The choice matters little.",
      impact: "low",
    },
    ownFormatStartFolderParameter,
  ],
  notes: rate.notes,
  capabilities: {
    ...rate.capabilities,
    saves: "trained",
    trains:
      "2 × size × width + size + width numbers for each adapter, two adapters in a block (Houlsby) or one (Pfeiffer), width that of the block",
    addedParameters: true,
    trainableParameters(call: Call, shapes: TensorShapes): number {
      const size = numberArgument(call, "size", 64);
      const width = streamWidth(shapes);
      return subLayers(shapes, textArgument(call, "kind") !== "pfeiffer") * (2 * size * width + size + width);
    },
  },
  load: () => Promise.resolve(adapters),
});

/**
 * Counts the residual sub-layers that get an adapter, by the names of their linear layers. Each belongs to the
 * innermost block number.
 */
function subLayers(shapes: TensorShapes, attention: boolean): number {
  const found = new Set<string>();
  for (const [name, shape] of Object.entries(shapes)) {
    const path = name.replace(/\.weight$/, "");
    const inner = /^(.*(?:^|\.)\d+)\./.exec(path)?.[1];
    if (inner === undefined || shape.length !== 2 || path === name || isEmbeddingOrHead(path)) continue;
    if (!isAttentionPath(path)) found.add(inner);
    else if (attention)
      found.add(mustExist(/^.*?[a-z_]*att(?:n|ention)(?=\.|$)/i.exec(path), `the attention of ${path}`)[0]);
  }
  return found.size;
}
/** Returns the width of the residual stream: the output width of attention. */
function streamWidth(shapes: TensorShapes): number {
  const ends = Object.entries(shapes).find(
    ([name, shape]) =>
      shape.length === 2 && isAttentionPath(name) && /\.(output\.dense|o_proj|c_proj|out_lin|o)\.weight$/.test(name),
  );
  return ends?.[1][0] ?? embeddingWidth(shapes);
}

/**
 * Bottleneck adapters: a sub-layer's output passes through two small linear layers with an activation between, and the
 * result is added to it. Houlsby et al. (2019, arXiv 1902.00751) put one after every sub-layer, Pfeiffer et al. (2021,
 * arXiv 2005.00247) only after feed-forward sub-layers. The second layer starts at zero, so that training starts from
 * the base.
 */
const OWN = /\.adapter\.(down|up)\.(weight|bias)$/;

const adapters: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => OWN.test(path),
  adds: (_call, path) => OWN.test(path),
  around(call, layers) {
    const { size, activation, kind } = argumentsWithDefaults(word, call);
    const everywhere = kind !== "pfeiffer";
    // A sub-layer is an attention sub-layer if its body computes attention.
    let attended = false;
    const attention: LayerBuilder["attention"] = (...given) => {
      attended = true;
      return layers.attention(...given);
    };
    const block: LayerBuilder["block"] = (path, x, body) =>
      layers.block(path, x, (h) => {
        attended = false;
        const y = body(h);
        if (attended && !everywhere) return y;
        const width = y.shape.at(-1) as number;
        const adapterPath = `${path}.adapter`;
        const down = { in: width, out: size, activation, initial: { normal: 0.01 } };
        const inner = layers.linear(`${adapterPath}.down`, y, down);
        return y.add(layers.linear(`${adapterPath}.up`, inner, { in: size, out: width, initial: "zeros" }));
      });
    return { ...layers, attention, block };
  },
};

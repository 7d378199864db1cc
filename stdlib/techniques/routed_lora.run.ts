/**
 * LoRA with one part per data set. Training computes only the latest part. Inference takes two passes: the first runs
 * the base alone and pools each row's hidden states over its tokens. The part with the nearest mean is then used in the
 * second pass.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { TechniqueImplementation } from "./kind.js";
import { linearWeight } from "../layers/graph-layers.js";
import {
  KNOWN_LABELS_STATE_NAME,
  routeKnownLabelsState,
  ROUTE_MEANS_STATE_NAME,
  routeMeansState,
  routedLoraSettings,
} from "./shared/routed-settings.js";
import { isTargetLayer } from "./shared/shapes.js";
import { PEFT_PREFIX } from "./shared/settings.js";
import { word } from "./routed_lora.js";

const OWN = /\.lora_[AB]\.weight$/;

export const routedLora: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => OWN.test(path),
  adds: (_call, path) => OWN.test(path),
  constants: [ROUTE_MEANS_STATE_NAME, KNOWN_LABELS_STATE_NAME],
  fileName: (name) => (OWN.test(name) ? PEFT_PREFIX + name : name),
  around: (_call, layers) => layers,
  body(call, { layers, inputs, trains, build, sizes }) {
    const { ranks } = routedLoraSettings(call);
    const { graph } = layers;
    const known = graph.state(KNOWN_LABELS_STATE_NAME, routeKnownLabelsState(ranks.length));
    const means = graph.state(ROUTE_MEANS_STATE_NAME, routeMeansState(ranks.length, sizes.hidden));
    if (trains) {
      const knownLabels = known.slice(0, ranks.length - 1, 1).reshape([1, 1]);
      return { ...build(latestOf(call, layers), inputs), routed: { known: knownLabels } };
    }
    const plain = build(layers, inputs);
    const pooled = meanOver(plain.encoded ?? plain.last_hidden_state, inputs.attention_mask);
    const hot = graph.withPath(ROUTE_MEANS_STATE_NAME, () => nearest(pooled, means).detach());
    const gates = graph.withPath(ROUTE_MEANS_STATE_NAME, () => gatesOf(hot, ranks));
    const outputs = build(gated(call, layers, gates), inputs);
    return { ...outputs, routed: { pooled, known: hot.matmul(known.reshape([ranks.length, 1])) } };
  },
};

/** x [batch, length, hidden], mask [batch, length] i32 → [batch, hidden]: the mean over the unmasked tokens. */
function meanOver(x: Tensor, mask: Tensor): Tensor {
  const [batch, length] = mask.shape;
  const weights = mask.cast("f32").reshape([mustExist(batch, "rows"), mustExist(length, "tokens"), 1]);
  return x
    .multiply(weights)
    .sum([1])
    .divide(weights.sum([1]).maximum(1));
}

/**
 * x [batch, hidden], means [parts, 1, hidden] → [batch, parts]: one-hot of the nearest mean, the first of equal ones.
 */
function nearest(x: Tensor, means: Tensor): Tensor {
  const [parts, , hidden] = means.shape as readonly [number, number, number];
  const apart = x.reshape([mustExist(x.shape[0], "rows"), 1, hidden]).subtract(means.reshape([1, parts, hidden]));
  return apart.square().sum([2]).negate().argmax().oneHot(parts);
}

/** [batch, parts] → [batch, ranks]: 1 for the ranks that a row uses. */
function gatesOf(hot: Tensor, ranks: readonly number[]): Tensor {
  const all = ranks.reduce((sum, one) => sum + one, 0);
  const gates = new Float32Array(ranks.length * all);
  let from = 0;
  ranks.forEach((rank, part) => {
    gates.fill(1, part * all + from, part * all + from + rank);
    from += rank;
  });
  const shape = [ranks.length, all];
  return hot.matmul(hot.graph.constant({ dtype: "f32", shape, bytes: new Uint8Array(gates.buffer) }));
}

/** Returns the layers with the latest part only. */
function latestOf(call: Parameters<TechniqueImplementation["around"]>[0], layers: LayerBuilder): LayerBuilder {
  const { ranks, rank } = routedLoraSettings(call);
  const latestRank = mustExist(ranks.at(-1), "a part");
  return adapted(call, layers, (x, a, b) =>
    x.linear(a.slice(0, rank - latestRank, latestRank)).linear(b.slice(1, rank - latestRank, latestRank)),
  );
}

function gated(
  call: Parameters<TechniqueImplementation["around"]>[0],
  layers: LayerBuilder,
  gates: Tensor,
): LayerBuilder {
  return adapted(call, layers, (x, a, b) => {
    const [batch, ranks] = gates.shape;
    const ones = Array.from({ length: x.rank - 2 }, () => 1);
    const gate = gates.reshape([mustExist(batch, "rows"), ...ones, mustExist(ranks, "ranks")]);
    return x.linear(a).multiply(gate).linear(b);
  });
}

function adapted(
  call: Parameters<TechniqueImplementation["around"]>[0],
  layers: LayerBuilder,
  path: (x: Tensor, a: Tensor, b: Tensor) => Tensor,
): LayerBuilder {
  const { rank, scale, dropout, targets } = routedLoraSettings(call);
  const linear: LayerBuilder["linear"] = (name, x, options) => {
    if (!isTargetLayer(name, targets)) return layers.linear(name, x, options);
    return layers.graph.withPath(name, () => {
      const weight = linearWeight(layers, name, options);
      const bias = options.bias === false ? undefined : layers.parameter(`${name}.bias`, [options.out], "zeros");
      const a = layers.parameter(`${name}.lora_A.weight`, [rank, options.in], { uniform: 1 / Math.sqrt(options.in) });
      const b = layers.parameter(`${name}.lora_B.weight`, [options.out, rank], "zeros");
      const added = path(layers.dropout("lora_dropout", x, dropout), a, b).multiply(scale);
      return layers.activate(x.linear(weight, bias).add(added), options.activation);
    });
  };
  return { ...layers, linear };
}

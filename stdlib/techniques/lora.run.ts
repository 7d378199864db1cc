/** LoRA like PEFT's: A [rank, in] starts as PyTorch's kaiming_uniform(a = √5), that is uniform in ± 1/√in, and B */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { TechniqueImplementation } from "./kind.js";
import { linearWeight } from "../layers/graph-layers.js";
import { loraSettings } from "./shared/lora-settings.js";
import { flagArgument, modulesToSave, PEFT_PREFIX, peftConfig } from "./shared/settings.js";
import { isTargetLayer, LINEAR_LAYER_KINDS } from "./shared/shapes.js";
import { word } from "./lora.js";

const OWN = /\.(lora_[AB]\.weight|lora_magnitude_vector)$/;

export const lora: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => OWN.test(path),
  adds: (_call, path) => OWN.test(path),
  fileName: (name) => PEFT_PREFIX + name,
  merges: (call) => flagArgument(call, "merge"),
  around(call, layers) {
    const { rank, scale, dora, dropout, targets } = loraSettings(call);
    const linear: LayerBuilder["linear"] = (path, x, options) => {
      if (!isTargetLayer(path, targets)) return layers.linear(path, x, options);
      return layers.graph.withPath(path, () => {
        const weight = linearWeight(layers, path, options);
        const bias = options.bias === false ? undefined : layers.parameter(`${path}.bias`, [options.out], "zeros");
        const a = layers.parameter(`${path}.lora_A.weight`, [rank, options.in], { uniform: 1 / Math.sqrt(options.in) });
        const b = layers.parameter(`${path}.lora_B.weight`, [options.out, rank], "zeros");
        const paths = { x, dropped: layers.dropout("lora_dropout", x, dropout), weight, a, b, bias, scale };
        if (!dora) return layers.activate(lowRank(layers, paths), options.activation);
        const inOut = options.layout === "in_out";
        const table = layers.parameter(
          `${path}.weight`,
          inOut ? [options.in, options.out] : [options.out, options.in],
          options.initial,
        );
        const norms = { norms: inOut ? "columns" : "rows", of: table } as const;
        const magnitude = layers.parameter(`${path}.lora_magnitude_vector`, [options.out], norms);
        return layers.activate(directed(layers, paths, magnitude), options.activation);
      });
    };
    return { ...layers, linear };
  },
  config(call, about) {
    const { rank, alpha, dropout, targets, stabilized, dora } = loraSettings(call);
    return {
      ...peftConfig("LORA", about),
      r: rank,
      lora_alpha: alpha,
      lora_dropout: dropout,
      bias: "none",
      target_modules: targets.some(isKind) ? adapted(about.states) : targets,
      modules_to_save: modulesToSave(about.head),
      fan_in_fan_out: about.inOut,
      use_rslora: stabilized,
      use_dora: dora,
      init_lora_weights: true,
    };
  },
};

interface Paths {
  readonly x: Tensor;
  /** Input of the low-rank path: x itself outside training. */
  readonly dropped: Tensor;
  readonly weight: Tensor;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly bias: Tensor | undefined;
  readonly scale: number;
}

function lowRank({ graph }: LayerBuilder, { x, dropped, weight, a, b, bias, scale }: Paths): Tensor {
  if (dropped === x) return graph.one("low_rank_linear", [x, weight, a, b, ...(bias ? [bias] : [])], { scale });
  return x.linear(weight, bias).add(dropped.linear(a).linear(b).multiply(scale));
}

/** Computes DoRA. Dropout applies to all that differs from the frozen layer, like in PEFT. */
function directed(layers: LayerBuilder, paths: Paths, magnitude: Tensor): Tensor {
  const { x, dropped, weight, a, b, bias, scale } = paths;
  const merged = layers.graph.one("low_rank_merge", [weight, a, b], { scale });
  const factor = magnitude.divide(merged.square().sum([1]).sqrt().detach());
  if (dropped === x) {
    const y = lowRank(layers, { ...paths, bias: undefined }).multiply(factor);
    return bias ? y.add(bias) : y;
  }
  const change = dropped.linear(weight).multiply(factor.subtract(1));
  return x.linear(weight, bias).add(change).add(dropped.linear(a).linear(b).multiply(scale).multiply(factor));
}

function isKind(target: string): boolean {
  return (LINEAR_LAYER_KINDS as readonly string[]).includes(target);
}
/** Returns the paths of the layers that have an adapter. */
function adapted(states: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(states).flatMap((name) => name.match(/^(.*)\.lora_A\.weight$/)?.slice(1) ?? []);
}

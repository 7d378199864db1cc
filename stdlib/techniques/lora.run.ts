/**
 * LoRA as PEFT has it: A [rank, in] starts as PyTorch's kaiming_uniform(a = √5), that is uniform in ± 1/√in, and B
 * [out, rank] at zero. Without dropout the two paths are one op, whose weight engines merge; with it they stay apart.
 */
import type { Tensor } from "#dsl/graph/builder.js";
import type { Layers, ParameterInitial, TechniqueImplementation } from "../kinds.js";
import { weightOf } from "../layers.js";
import { loraSettings } from "./lora-settings.js";
import { isTarget } from "./shapes.js";

export const lora: TechniqueImplementation = {
  saved: "peft",
  trains: (_call, path) => /\.lora_[AB]\.weight$/.test(path),
  around(call, layers) {
    const { rank, alpha, dropout, targets, from } = loraSettings(call);
    const scale = alpha / rank;
    const linear: Layers["linear"] = (path, x, o) => {
      if (!isTarget(path, targets)) return layers.linear(path, x, o);
      return layers.graph.at(path, () => {
        const weight = weightOf(layers, path, o);
        const bias = o.bias === false ? [] : [layers.parameter(`${path}.bias`, [o.out], "zeros")];
        const start = (name: string, fresh: ParameterInitial): ParameterInitial =>
          from === null ? fresh : { checkpoint: layers.adapterName(`${path}.${name}`) };
        const a = layers.parameter(
          `${path}.lora_A.weight`,
          [rank, o.in],
          start("lora_A.weight", { uniform: 1 / Math.sqrt(o.in) }),
        );
        const b = layers.parameter(`${path}.lora_B.weight`, [o.out, rank], start("lora_B.weight", "zeros"));
        return layers.activate(lowRank(x, weight, a, b, bias), o.activation);
      });
    };
    const lowRank = (x: Tensor, weight: Tensor, a: Tensor, b: Tensor, bias: readonly Tensor[]): Tensor => {
      const dropped = layers.dropout("lora_dropout", x, dropout);
      if (dropped === x) return layers.graph.one("low_rank_linear", [x, weight, a, b, ...bias], { scale });
      return x.linear(weight, bias[0]).add(dropped.linear(a).linear(b).multiply(scale));
    };
    return { ...layers, linear };
  },
};

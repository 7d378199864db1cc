/** PyTorch's losses (tests/golden/oracle/losses.json) and equivalent programs. */
import { readFileSync } from "node:fs";
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import * as losses from "#dsl/tensor/losses.js";
import type { DType, Program } from "#dsl/tensor/program.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";

export interface LossCase {
  readonly loss: string;
  readonly settings: Readonly<Record<string, number | string>>;
  readonly inputs: Readonly<
    Record<string, { readonly shape: number[]; readonly values: number[]; readonly whole: boolean }>
  >;
  readonly value: number;
  readonly gradients: Readonly<Record<string, number[]>>;
}
const file = new URL("../../../../tests/golden/oracle/losses.json", import.meta.url);
export const lossCases = JSON.parse(readFileSync(file, "utf8")) as readonly LossCase[];

export const titleOf = (c: LossCase): string =>
  `${c.loss} ${JSON.stringify(c.settings)} of ${Object.keys(c.inputs).join(", ")}`;

export function feedsOf(c: LossCase): Record<string, ArrayValues> {
  return Object.fromEntries(Object.entries(c.inputs).map(([name, x]) => [name, makeArrayValues(x.shape, x.values)]));
}

function lossOf(c: LossCase, t: Readonly<Record<string, Tensor>>): Tensor {
  const { reduction, smoothing, temperature, margin, focal } = c.settings as {
    reduction: losses.Reduction;
    smoothing: number;
    temperature: number;
    margin: number;
    focal?: number;
  };
  const each = t["each"] && { each: t["each"] };
  switch (c.loss) {
    case "cross_entropy":
      return t["logits"]!.crossEntropy(t["labels"]!, {
        reduction,
        smoothing,
        focal,
        ...each,
        ...(t["weights"] && { weights: t["weights"] }),
      });
    case "head":
      return t["x"]!.headLoss(t["weight"]!, t["labels"]!, {
        reduction,
        smoothing,
        chunks: 2,
        ...each,
        ...(t["bias"] && { bias: t["bias"] }),
      });
    case "binary_cross_entropy":
      return losses.binaryCrossEntropy(t["logits"]!, t["targets"]!, {
        reduction,
        ...(t["positive"] && { positive: t["positive"] }),
        ...(focal !== undefined && { focal }),
      });
    case "rows":
      return losses.reduceRowLosses(t["losses"]!, reduction, t["each"]);
    case "mean_squared_error":
      return losses.meanSquaredError(t["x"]!, t["y"]!, reduction);
    case "kl_divergence":
      return losses.klDivergence(t["logits"]!, t["targets"]!, { reduction, temperature });
    case "cosine_embedding":
      return losses.cosineEmbeddingLoss(t["x"]!, t["y"]!, t["together"]!, { reduction, margin });
    default:
      throw new Error(`no loss ${c.loss}`);
  }
}
/** Outputs `loss` and, by input name, the gradients that PyTorch computed. */
export function lossProgram(c: LossCase, dtype: DType): Program {
  const graph = new Graph();
  const inputs = Object.fromEntries(
    Object.entries(c.inputs).map(([name, { shape, whole }]) => [
      name,
      graph.input(name, { dtype: whole ? "i32" : dtype, shape }),
    ]),
  );
  const loss = lossOf(c, inputs);
  graph.output("loss", loss);
  const names = Object.keys(c.gradients);
  const found = gradientsOfLoss(
    graph,
    loss,
    names.map((name) => inputs[name]!),
  );
  names.forEach((name, i) => graph.output(name, found[i]!));
  return graph.program();
}

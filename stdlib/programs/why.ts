/**
 * Token attributions: the gradient of one logit by each token's embedding, times that embedding, summed over the width
 * (gradient × input; Shrikumar et al. 2016, arXiv 1605.01713, section 3.2, like captum's `InputXGradient`).
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import { buildModel, addModelInputs } from "./model.js";
import type { AssembleOptions } from "./options.js";

/**
 * Builds the program for tasks with logits per text [batch, outputs]. Inputs as in `evaluate`, plus `chosen` i32
 * [batch]: for row r and output o of n, the number r · n + o. Output: `why` [batch, length], each token's linear
 * contribution to that logit.
 */
export function buildAttributionProgram(options: Omit<AssembleOptions, "optimizer" | "clip">): Program {
  const graph = new Graph();
  const inputs = addModelInputs(graph, options);
  const chosen = graph.input("chosen", { dtype: "i32", shape: ["batch"] });
  // A body may be built twice; the tokens with a gradient belong to the one that produces the answer.
  const words: Tensor[] = [];
  const listening = (layers: LayerBuilder): LayerBuilder => ({
    ...layers,
    embedding(path, ids, embeddingOptions) {
      const embedded = layers.embedding(path, ids, embeddingOptions);
      if (ids === inputs.input_ids) words.push(embedded);
      return embedded;
    },
  });
  const model = buildModel({ ...options, dropout: 0 }, graph, inputs, undefined, listening);
  const logits = model.logits();
  const picked = logits
    .reshape([...logits.shape, 1])
    .takeRows(chosen)
    .sum();
  const slopes = words.length > 0 ? gradientsOfLoss(graph, picked, words) : [];
  const index = slopes.findIndex((one) => one !== undefined);
  const [slope, word] = [slopes[index], words[index]];
  if (!word || !slope) throw new CodedError("internal", { what: "an answer that no token has a part in" });
  graph.output("why", slope.multiply(word).sum([-1]));
  return optimise(graph.program(), options.passes);
}

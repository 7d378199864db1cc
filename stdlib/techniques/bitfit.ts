import type { TechniqueImplementation } from "./kind.js";
import { defineWord } from "#dsl/language/types/define.js";
import { baseFacts } from "../models/shared/base-facts.js";
import { ownFormatStartFolderParameter } from "./shared/from-parameter.js";
import { headParameterCount } from "./shared/head.js";
import { countElements, type TensorShapes } from "./shared/shapes.js";
import { learningRateRecord } from "./shared/rates.js";

/**
 * Biases of the body. A causal mask that old files call `bias` has more axes and is excluded, as are pretraining heads.
 */
const biases = (shapes: TensorShapes): number =>
  countElements(
    shapes,
    (name, shape) =>
      shape.length === 1 &&
      /\.(bias|beta)$/.test(name) &&
      !/^(cls|lm_head|classifier|score|qa_outputs|pre_classifier|vocab_\w+|predictions|discriminator_predictions)\./.test(
        name,
      ),
  );

const rate = learningRateRecord({
  rate: 5e-3,
  narrows: true,
  because: "biases alone change the model little, but ten times as much makes training diverge",
});

export const word = defineWord({
  kind: "technique",
  name: "bitfit",
  doc: "Of the base only the biases train, about a thousandth of its weights; biases and head are saved.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: bitfit }',
  references: [
    {
      title: "BitFit: Simple Parameter-efficient Fine-tuning for Transformer-based Masked Language-models",
      by: "Ben Zaken et al.",
      year: 2021,
      url: "https://arxiv.org/abs/2106.10199",
    },
  ],
  parameters: [ownFormatStartFolderParameter],
  elsewhere: { bias_only: "bitfit", bias_tuning: "bitfit" },
  check(_call, context) {
    const base = baseFacts(context);
    if (!base || biases(base.shapes) > 0) return;
    context.report("no-biases", {
      base: baseName(context.statement, context.model),
      head: headParameterCount(context)?.count ?? 0,
    });
  },
  notes: rate.notes,
  capabilities: {
    ...rate.capabilities,
    saves: "trained",
    /** The trained weights are part of the base's weights, so the model can be written as a complete one. */
    canBeMerged: true,
    trains: "every bias of the base",
    trainableParameters: (_call: unknown, shapes: TensorShapes): number => biases(shapes),
  },
  load: () => Promise.resolve(bitfit),
});
type Values = Readonly<Record<string, unknown>>;
function baseName(statement: Values, model: Values | undefined): string {
  const name = statement["base"] ?? model?.["base"];
  return typeof name === "string" ? name : "the base";
}

/**
 * BitFit (Ben Zaken et al., 2021, arXiv 2106.10199): only the base's biases train, those of linear layers and of norms.
 */
const bitfit: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => path.endsWith(".bias"),
  around: (_call, layers) => layers,
};

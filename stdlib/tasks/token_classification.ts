import { defineWord } from "#dsl/language/types/define.js";
import { tokenLabels } from "../row-formats/token-labels.js";
import {
  classWeightParameter,
  labelsWithClassWeights,
  checkPositiveWeights,
  balancedClassWeightText,
  classWeightsByLabel,
} from "./shared/class-weights.js";
import { checkFamilyArchitecture } from "./shared/families.js";
import { focalLossParameter, labelSmoothingParameter } from "./shared/loss-settings.js";

export const word = defineWord({
  kind: "task",
  name: "token_classification",
  doc: "A tag for each word, as transformers' ...ForTokenClassification. Reads the roles `tokens` and `tags`: lists, JSON in a text, or words separated by white space. Only the first token of a word is trained on its tag; words beyond `max_length` are dropped and reported.",
  example: "task: token_classification(scheme: bio)",
  parameters: [
    {
      name: "scheme",
      type: { is: "choice", of: ["bio", "iob2", "none"] },
      means: {
        bio: "B- starts an entity, I- may too",
        iob2: "each entity starts with B-",
        none: "tags of single words, no entities",
      },
      doc: "How tags mark entities. bio: O, B-type, I-type, and I- may start one; iob2: each starts with B-; none: tags of single words, no entities.",
      positional: true,
      default: { value: "bio" },
      why: "`bio` accepts the tags of most data sets.",
      impact: "medium",
    },
    classWeightParameter,
    focalLossParameter,
    labelSmoothingParameter,
  ],
  elsewhere: {
    "token-classification": "token_classification",
    ner: "token_classification",
    TOKEN_CLS: "token_classification",
    class_weights: "class_weight",
    loss_weights: "class_weight",
    focal_loss: "focal",
    focal_gamma: "focal",
    label_smoothing_factor: "label_smoothing",
    IOB: "bio",
    BIO: "bio",
    IOB2: "iob2",
  },
  check(call, context) {
    checkFamilyArchitecture(call.word, ["encoder"], context);
    checkPositiveWeights("class_weight", classWeightsByLabel(call), context);
  },
  capabilities: {
    pipeline: "token-classification",
    peft: "TOKEN_CLS",
    canBeDistilled: true,
    roles: ["tokens", "tags"],
    rowFormat: tokenLabels,
    labels: true,
    namedLabels: labelsWithClassWeights,
    countsOverTraining: balancedClassWeightText,
    headParameters: (hidden: number, labels: number): number => hidden * labels + labels,
    architectures: ["ForTokenClassification"],
    measures: ["tags", "label"],
    metrics: [
      { word: "entity_f1", kind: "metric", arguments: {} },
      { word: "accuracy", kind: "metric", arguments: {} },
    ],
    prediction:
      "{ readonly text: string; readonly tokens: readonly { readonly token: string; readonly tag: string; readonly probability: number }[]; " +
      "readonly entities: readonly { readonly type: string; readonly text: string; readonly start: number; readonly end: number }[]; readonly cut: number }",
  },
  load: () => import("./token_classification.run.js").then((m) => m.tokenClassification),
});

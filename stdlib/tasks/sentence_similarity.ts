import type { TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { EmbeddingFacts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import { defineWord, defineParameters } from "#dsl/language/types/define.js";
import { pairEncoding } from "../row-formats/pair-encoding.js";
import { baseFacts } from "../models/shared/base-facts.js";
import { checkFamilyArchitecture } from "./shared/families.js";
import { POOLINGS } from "./shared/pooling.js";
import {
  SIMILARITY_LOSS_ROLES,
  similarityLossOf,
  SIMILARITY_LOSSES,
  pairTargetRole,
} from "./shared/similarity-losses.js";

const metric = (word: string, given: Call["arguments"] = {}): Call => ({ word, kind: "metric", arguments: given });

/** The data's roles determine the metrics. */
const byRoles: NonNullable<TaskCapabilities["measuredByRoles"]> = (roles, task) => {
  const targetRole = pairTargetRole(task, roles);
  if (targetRole === "score") return { measures: ["similarity"], metrics: [metric("spearman"), metric("pearson")] };
  if (targetRole === "label")
    return {
      measures: ["pair", "ranking"],
      metrics: [metric("accuracy"), metric("f1", { average: "auto", of: null })],
    };
  const ranked = [metric("mrr", { at: null }), metric("ndcg", { at: 10 })];
  const found = [1, 10].map((places) => metric("recall_at", { places }));
  return { measures: ["ranking"], metrics: [...ranked, ...found] };
};

const ownParameters = defineParameters([
  {
    name: "loss",
    type: { is: "choice", of: SIMILARITY_LOSSES },
    means: {
      cosine: "the cosine becomes the score",
      cosent: "pairs with a higher score get a higher cosine",
      contrastive: "texts that match come close, others move apart",
      online_contrastive: "contrastive, of each batch's hard pairs",
      ranking: "each text finds its pair in the batch",
    },
    doc:
      "The loss. `cosent`: pairs with a higher score get a higher cosine; `cosine`: the cosine becomes the score (squared error); " +
      "`contrastive`: texts that match come close, others move apart up to `margin`, `online_contrastive`: the same for the hard " +
      "pairs of each batch; `ranking`: each text finds its own `text_pair` (and not `negative`) among all of its batch.",
    default: {
      derived: "by the data's roles: `cosent` with `score`, `contrastive` with `label`, else `ranking`",
      from: () => "auto",
    },
    why: "`cosent` accepts scores of any scale and mostly ranks pairs better than the squared error; `ranking` needs only pairs, and benefits from large batches.",
    impact: "high",
    related: ["range", "scale", "margin"],
  },
  {
    name: "range",
    type: { is: "range", of: { is: "number" } },
    doc: "The range of the scores, both ends included. `loss: cosine` maps them to 0..1, or to −1..1 if the range starts below 0.",
    default: { derived: "scores are cosines already, −1..1 (`cosine`), or of any scale (`cosent`)", from: () => null },
    why: "A cosine cannot be 5.",
    impact: "medium",
  },
  {
    name: "scale",
    type: { is: "number" },
    doc: "Factor for cosines in `ranking` and `cosent`: one over the temperature.",
    range: { min: 0, max: 200, exclusive: true },
    default: { value: 20 },
    why: "sentence-transformers uses 20.",
    impact: "medium",
  },
  {
    name: "margin",
    type: { is: "number" },
    doc: "Distance (1 − cosine) to which the contrastive losses push texts that do not match. Texts that are farther apart have no gradient.",
    range: { min: 0, max: 2 },
    default: { value: 0.5 },
    why: "sentence-transformers uses 0.5.",
    impact: "low",
  },
  {
    name: "pooling",
    type: { is: "choice", of: POOLINGS },
    means: {
      mean: "the mean over all tokens",
      cls: "the first token",
      last: "the last token",
      max: "the greatest of each number",
    },
    doc: "How a text's vector is computed from its tokens' states: their mean, the first token's, the last one's, or the maximum of each dimension.",
    default: {
      derived: "from the base's modules.json, otherwise mean",
      from: (_draft, context) => poolingBy(embeddingOf(context)),
    },
    why: "The mean over the tokens is what most bases for this task were trained with.",
    impact: "high",
  },
  {
    name: "normalize",
    type: { is: "boolean" },
    doc: "Whether to scale embeddings to length 1, so that a product of two is their cosine. Losses and similarities are cosines in any case.",
    default: {
      derived: "from the base's modules.json, otherwise true",
      from: (_draft, context) => embeddingOf(context)?.normalize ?? true,
    },
    why: "Nearest neighbours are the same by product, cosine and distance then.",
    impact: "low",
  },
]);

function embeddingOf(context: WordCheckContext): EmbeddingFacts | undefined {
  return baseFacts(context)?.embedding;
}
/** `auto`: the base declares a pooling that isn't supported. */
function poolingBy(embedding: EmbeddingFacts | undefined): string {
  if (!embedding) return "mean";
  const known = POOLINGS.find((pooling) => pooling === embedding.pooling);
  return known && embedding.unknown.length === 0 ? known : "auto";
}

export const word = defineWord({
  kind: "task",
  name: "sentence_similarity",
  doc:
    "The similarity of two texts, and search for matching texts: each text is read separately and becomes a vector, as in " +
    "sentence-transformers. Reads `text` and `text_pair`, trained with `score`, `label` or the pairs of rows; `negative` is a third text " +
    "that does not match. Vectors are computed once and compared with all others, so it searches thousands of texts. To judge few pairs more " +
    "precisely use `text_classification` or `regression` on `text` and `text_pair`, which read both texts at once.",
  example: 'model finder { base: "all-MiniLM-L6-v2", task: sentence_similarity }',
  parameters: ownParameters,
  elsewhere: {
    "sentence-similarity": "sentence_similarity",
    sentence_transformers: "sentence_similarity",
    FEATURE_EXTRACTION: "sentence_similarity",
    "feature-extraction": "sentence_similarity",
    retrieval: "sentence_similarity",
    embeddings: "sentence_similarity",
    pooling_mode: "pooling",
    normalize_embeddings: "normalize",
    similarity_fct: "loss",
  },
  check(call, context) {
    checkFamilyArchitecture(call.word, ["encoder", "decoder"], context);
    const embedding = embeddingOf(context);
    if (!embedding || call.arguments.pooling !== "auto") return;
    const base = context.statement["base"];
    const modules = embedding.unknown.length > 0 ? embedding.unknown : [`pooling by ${embedding.pooling}`];
    context.report("pooling-unknown", { base: typeof base === "string" ? base : "the base", modules });
  },
  capabilities: {
    peft: "FEATURE_EXTRACTION",
    canBeDistilled: { why: "its texts are read each by itself", instead: "train the smaller base on the same pairs" },
    roles: ["text", "text_pair"],
    /** Roles that a training requires in addition. */
    trainingRoles(call) {
      const written = SIMILARITY_LOSSES.find((loss) => loss === call.arguments.loss);
      const role = written && SIMILARITY_LOSS_ROLES[written];
      return role ? [role] : [];
    },
    /** Whether texts are compared with all others of their batch, so that a batch cannot be split. */
    batchwise: (call, roles) => !["cosine", "contrastive"].includes(similarityLossOf(call, roles)),
    rowFormat: pairEncoding,
    labels: false,
    /** A base can compute vectors without training. */
    worksUntrained: true,
    headParameters: () => 0,
    measures: ["ranking", "similarity", "pair"],
    metrics: byRoles([], { word: "", kind: "task", arguments: {} }).metrics,
    measuredByRoles: byRoles,
    prediction: "{ readonly text: string; readonly embedding: Float32Array }",
    predictionOfPairs: "{ readonly text: string; readonly text_pair: string; readonly similarity: number }",
  },
  load: () => import("./sentence_similarity.run.js").then((m) => m.sentenceSimilarity),
});

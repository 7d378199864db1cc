import { defineWord } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, TagMetricInput } from "./kind.js";
import { entityCounts, entityF1 } from "./shared/entities.js";
import { rowSumsSampler, rowSumsOf, scoreOfAllRows, type RowSums } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "entity_f1",
  doc: "F1 of entities, as computed by seqeval: an entity counts if its type, start and end are correct.",
  example: "metrics: [entity_f1]",
  elsewhere: { seqeval: "entity_f1", overall_f1: "entity_f1" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["tags"] },
  parameters: [
    {
      name: "average",
      type: { is: "choice", of: ["micro", "macro", "weighted"] },
      means: {
        micro: "all entities weigh the same",
        macro: "all types weigh the same",
        weighted: "kinds by their entities",
      },
      doc: "micro: all entities weigh the same; macro: all types weigh the same; weighted: types by their entities.",
      positional: true,
      default: { derived: "micro", from: () => "auto" },
      why: "Papers on names of persons and places report micro.",
      impact: "medium",
    },
    {
      name: "reading",
      type: { is: "choice", of: ["auto", "strict", "lenient"] },
      means: {
        auto: "by the task's scheme",
        strict: "only B- starts one (seqeval's strict mode)",
        lenient: "I- starts one too (seqeval's default)",
      },
      doc: "Which tags are entities if a model predicts an I- that continues no entity.",
      default: { derived: "strict if the task's scheme is iob2, otherwise lenient", from: () => "auto" },
      why: "Papers report either; lenient scores are the greater ones.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(entityF1Metric),
});

/** Source: seqeval's `f1_score` (strict IOB2 for `iob2`), with `zero_division=0`. */
const entityF1Metric: MetricImplementation = {
  ofTags: (call, input) => scoreOfAllRows(sumsOf(call, input)),
  samplers: { ofTags: (call, input) => rowSumsSampler(sumsOf(call, input)) },
  why: { ofTags: (_call, { scheme }) => (scheme === "none" ? "tags of no scheme mark no entities" : null) },
};

/** Returns per text and entity type the matching, predicted and true entities. */
function sumsOf(call: Call, { truth, predicted, scheme: inputScheme }: TagMetricInput): RowSums {
  const reading = { strict: "iob2", lenient: "bio" } as const;
  const wanted = call.arguments["reading"];
  const scheme =
    inputScheme !== "none" && (wanted === "strict" || wanted === "lenient") ? reading[wanted] : inputScheme;
  const texts = truth.map((tags, text) => entityCounts([tags], [predicted[text] ?? []], scheme));
  const kinds = [...new Set(texts.flatMap((counts) => [...counts.keys()]))];
  return rowSumsOf(
    texts.length,
    3 * kinds.length,
    (text) =>
      kinds.flatMap((kind) => {
        const { hit, given, have } = texts[text]!.get(kind) ?? { hit: 0, given: 0, have: 0 };
        return [hit, given, have];
      }),
    (sums) => (scheme === "none" ? Number.NaN : averaged(call.arguments["average"], sums)),
  );
}

function averaged(average: unknown, sums: Float64Array): number {
  const all = Array.from({ length: sums.length / 3 }, (_, kind) => {
    return { hit: sums[3 * kind]!, given: sums[3 * kind + 1]!, have: sums[3 * kind + 2]! };
  });
  // Leaves out types without true or predicted entities in a draw.
  const kinds = all.filter(({ given, have }) => given + have > 0);
  const sum = (field: "hit" | "given" | "have"): number => kinds.reduce((total, kind) => total + kind[field], 0);
  switch (average) {
    case "macro":
      return kinds.length === 0 ? 0 : kinds.reduce((total, kind) => total + entityF1(kind), 0) / kinds.length;
    case "weighted":
      return sum("have") === 0 ? 0 : kinds.reduce((total, kind) => total + entityF1(kind) * kind.have, 0) / sum("have");
    default:
      return entityF1({ hit: sum("hit"), given: sum("given"), have: sum("have") });
  }
}

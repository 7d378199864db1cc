/** What F1, precision and recall share: their parameters, and the rule that with three labels or more the average must be written. */
import type { Call } from "#dsl/plan/plan.js";
import type { CheckContext } from "#dsl/check/context.js";
import type { Parameter } from "#dsl/registry.js";
import { registerCodes } from "#dsl/check/codes.js";

declare module "#dsl/check/codes.js" {
  interface CodeData {
    "average-needed": { readonly metric: string; readonly labels: number };
    "unknown-positive": { readonly metric: string; readonly label: string; readonly has: readonly string[] };
  }
}
registerCodes({
  "average-needed": {
    severity: "error",
    message: (d) => `${d.metric} has no single meaning on ${d.labels} labels`,
    help: (d) => `write \`${d.metric}(macro)\`, \`${d.metric}(micro)\` or \`${d.metric}(weighted)\``,
    explain:
      "With two labels, F1, precision and recall are those of the second one. With three labels or more there is one score per label, and the averages over them differ a lot: `macro` treats labels alike, `weighted` counts them by their rows, `micro` counts rows alike (and equals accuracy here). Tunebook asks instead of guessing.",
  },
  "unknown-positive": {
    severity: "error",
    message: (d) => `${d.metric}: the data has no label "${d.label}"`,
    help: (d) => `the labels are ${d.has.join(", ")}`,
    explain: "`of:` names the label that counts as positive for a binary score; it must be one of the data's labels.",
  },
});

export const averageParameters: readonly Parameter[] = [
  {
    name: "average",
    type: { is: "choice", of: ["macro", "micro", "weighted", "binary"] },
    doc: "How the labels' scores become one: macro (each label alike), micro (each row alike), weighted (by rows), binary (the second label, or `of`).",
    positional: true,
    default: { derived: "binary with two labels; with more it must be written", from: () => "auto" },
    why: "On three labels or more the averages differ by a lot, so the choice must be seen.",
    impact: "high",
  },
  {
    name: "of",
    type: { is: "text" },
    doc: "The label that counts as positive for `binary`.",
    default: { derived: "the second label", from: () => null },
    why: "Sorted labels put `negative` before `positive`.",
    impact: "medium",
  },
];

/** Labels of the data that the statement works on, as the checker hands them in `data.labels`. */
export function averageIsPlain(call: Call, context: CheckContext): void {
  const labels = context.data?.["labels"];
  if (!Array.isArray(labels)) return;
  const average = call.arguments["average"];
  if (labels.length > 2 && (average === "auto" || average === "binary") && !call.arguments["of"])
    context.report("average-needed", { metric: call.word, labels: labels.length });
  const of = call.arguments["of"];
  if (typeof of === "string" && !labels.includes(of))
    context.report("unknown-positive", { metric: call.word, label: of, has: labels.map(String) }, "of");
}

/** Codes of baselines in `evaluate`. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";
import { listNamesAsCode } from "../../../language/diagnostics/lists.js";

export interface ContenderCodeData {
  "contenders-alone": { readonly contenders: readonly string[] };
  "contender-refused": {
    readonly contender: string;
    readonly task: string;
    readonly why: string;
    /** Baseline to use instead; defaults to one that any task has. */
    readonly instead?: string;
  };
  /** `has`: the existing splits. */
  "no-rows-to-learn": { readonly contender: string; readonly data: string; readonly has: readonly string[] };
}

const example = (evaluated: string): string =>
  `data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\n${evaluated}`;

export const contenderCodes: CodeTable<ContenderCodeData> = {
  "contenders-alone": {
    severity: "error",
    message: (d) =>
      `${listNamesAsCode(d.contenders)} ${d.contenders.length === 1 ? "is" : "are"} compared with no model`,
    help: () => "name a model first: `evaluate router, baseline(tfidf) on tickets.test`",
    explain:
      "The task and labels of a baseline or prompt come from the model it is compared with. So the statement must name at least one trained model.",
    example: example("evaluate baseline(majority) on d.test"),
  },
  "contender-refused": {
    severity: "error",
    message: (d) => `\`${d.contender}\` does not support ${d.task}: ${d.why}`,
    help: (d) => `compare with ${d.instead ?? "`baseline(majority)` or `baseline(tfidf)`"}`,
    explain: "A baseline performs the model's task without that training. Not every baseline supports every task.",
    example:
      'data d { source: csv("a.csv"), columns: { tokens: t, tags: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: token_classification }\ntrain m on d\nevaluate m, m.base on d.test',
  },
  "no-rows-to-learn": {
    severity: "error",
    message: (d) =>
      `\`${d.contender}\` trains on the split \`train\` of the data after \`on\`, but \`${d.data}\` has ${d.has.length === 0 ? "no splits" : `only ${listNamesAsCode(d.has)}`}`,
    help: (d) =>
      `add that split (\`split: random(train: 80%, test: 20%)\`) and evaluate on the other: \`on ${d.data}.test\``,
    explain:
      "A baseline trains on rows as a model does, and never on the rows that score it. It uses the split `train` of the same data.",
    example: example(
      'data e { source: csv("a.csv"), columns: { text: t, label: l } }\nevaluate m, baseline(majority) on e',
    ),
  },
};

/** Codes of metrics used for ranking. */
export interface MetricCodeData {
  /** `own`: a metric defined in the notebook. */
  "no-direction": { readonly metric: string; readonly key: string; readonly own: boolean };
}

export const metricCodes: CodeTable<MetricCodeData> = {
  "no-direction": {
    severity: "error",
    message: (d) =>
      `\`${d.key}\` ranks by \`${d.metric}\`, but neither a greater nor a smaller \`${d.metric}\` is better`,
    help: (d) =>
      `use a metric with a direction, such as \`accuracy\`${d.own ? `, or define \`${d.metric}\` with \`greaterIsBetter: true\` or \`false\`` : ""}; \`require: at_most(${d.metric}, 60%)\` sets a limit instead`,
    explain:
      "A selection rate describes a model: no value of it is the best. Sweeps, `keep: best(…)` and `early_stopping` must know which of two scores is better, so they need a metric with a direction.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { keep: best(selection_rate(yes)) }',
  },
};

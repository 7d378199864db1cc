/** Warnings on evaluations: what a metric hides on these labels, and how precise it is on so few rows. */
import type { DataFacts } from "../../language/types/facts.js";
import type { Call, GivenValue } from "../../language/types/value.js";
import { markCheckedAllowances } from "../../language/types/allow.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type {} from "./data-codes.js";
import { requestDataFacts, missingRoles } from "./world.js";
import type { ActionSubject } from "../plan/action.js";

/** Share of one label from which always predicting that label scores well. */
const MOSTLY = 0.75;
/** Half-width of a 95% interval around 90%, in points, from which a test set is too small to be informative. */
const WIDE = 6;

/** Returns the half-width, in points, of the 95% confidence interval of a share measured on `rows` rows. */
export function confidenceHalfWidth(rows: number, share = 0.9): number {
  return 100 * 1.96 * Math.sqrt((share * (1 - share)) / rows);
}

interface EvaluationOptions {
  readonly data: DefinitionDraft;
  readonly facts: DataFacts;
  readonly split: string | null;
  readonly metrics: readonly Call[];
  readonly written: GivenValue | undefined;
  readonly span: Span;
  readonly here: Span;
}
/** Evaluated data or one of its splits. */
interface EvaluatedRows {
  readonly subject: ActionSubject;
  readonly draft: DefinitionDraft;
  /** Whether the columns that it names exist. */
  readonly sound: boolean;
}

function checkScoreReliability(program: Program, options: EvaluationOptions): void {
  const splitFacts = options.facts.splits[options.split ?? "all"];
  const name = options.split === null ? options.data.name : `${options.data.name}.${options.split}`;
  const before = program.allowing;
  program.allowing = [...before, ...options.data.allowances];
  const [only, ...others] = options.metrics;
  const hides = only && program.registry.find("metric", only.word)?.capabilities?.metricForRareLabels;
  if (splitFacts && splitFacts.rows > 0 && only && hides !== undefined) {
    const labels = splitFacts.labels.toSorted((a, b) => b.count - a.count);
    const [most] = labels;
    const share = (most?.count ?? 0) / splitFacts.rows;
    const { written } = options;
    if (others.length === 0 && most && share >= MOSTLY && share < 1) {
      const place = written?.places.get("metrics.0") ?? written?.span;
      const end = place?.source === program.source.id ? place.end : undefined;
      const listed = end !== undefined && program.source.text[written?.span.start ?? 0] === "[";
      program.reportNear(
        "accuracy-alone",
        { label: most.label, share, split: name, metric: only.word, also: hides },
        place,
        options.here,
        place && end !== undefined
          ? {
              fix: {
                title: `measure \`${hides}\` too`,
                certain: true,
                edits: listed
                  ? [{ start: end, end, text: `, ${hides}` }]
                  : [
                      { start: place.start, end: place.start, text: "[" },
                      { start: end, end, text: `, ${hides}]` },
                    ],
              },
            }
          : {},
      );
    }
    if (confidenceHalfWidth(splitFacts.rows) > WIDE)
      program.report(
        "small-test",
        { rows: splitFacts.rows, split: name, points: confidenceHalfWidth(splitFacts.rows) },
        options.span,
      );
  }
  if (splitFacts) markCheckedAllowances(program.allowing, "evaluate");
  program.allowing = before;
}

/** Checks the precision of scores on so few rows, and what a metric hides, over all evaluated rows. */
export function checkScoresReliable(
  program: Program,
  subjects: readonly (EvaluatedRows | undefined)[],
  {
    model,
    spanAt,
    ...common
  }: Pick<EvaluationOptions, "metrics" | "written" | "here"> & {
    readonly model: { readonly name: string; readonly folder: string } | null;
    readonly spanAt: (i: number) => Span;
  },
): void {
  if (program.purpose !== "run") return;
  for (const [i, one] of subjects.entries()) {
    if (!one?.sound || !("data" in one.subject)) continue;
    const facts = requestDataFacts(program, one.draft, one.subject.data, model, common.here);
    if (facts)
      checkScoreReliability(program, { ...common, data: one.draft, facts, split: one.subject.split, span: spanAt(i) });
  }
}

/** Reports data that lack what the models' task reads. */
export function reportMissingRoles(
  program: Program,
  { subject, draft }: Pick<EvaluatedRows, "subject" | "draft">,
  tasks: readonly { readonly task: Call }[],
  here: Span,
): boolean {
  if (!("data" in subject)) return false;
  const missing = tasks.flatMap(({ task }) => missingRoles(program, subject.data, task))[0];
  if (missing === undefined) return false;
  program.report("missing-role", { role: missing, task: "evaluate", data: draft.name }, here);
  return true;
}

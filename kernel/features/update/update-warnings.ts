/** Warnings, before anything is trained, about data that make an update's scores or labels misleading. */
import { normalizedLabel } from "#dsl/compiler/checks/label-form.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { trainingSplitName, type PreparedData } from "../../data/prepared.js";
import { modelInputTexts } from "../../data/rows/input-texts.js";
import type { Warn } from "../../session/execution-context.js";
import { textsContainedInRow } from "./forget.js";
import type { LearnableTask } from "../../evaluation/forgetting/tasks.js";

export function warnBeforeUpdate(
  options: {
    readonly start: { readonly name: string; readonly labels: readonly string[] };
    readonly tasks: readonly LearnableTask[];
    /** The data to learn, as named in the statement; they may have been learned before, too. */
    readonly learns: readonly { readonly name: string; readonly prepared: PreparedData }[];
    readonly replay: ReplayBuffer | null;
    readonly forget: ReadonlySet<string>;
  },
  warn: Warn,
): void {
  warnOfLabels(options.start, options.tasks, warn);
  warnOfLeaks(options.tasks, warn);
  if (options.forget.size > 0) warnOfForgotten(options.learns, options.forget, warn);
  if (options.replay?.balanced)
    for (const { plan, prepared, only } of options.tasks)
      if (!only && !hasLabels(prepared)) warn("memory-unbalanced", { data: plan.name });
}

/** Warns of rows in an update's data that are to be forgotten. */
function warnOfForgotten(
  learns: Parameters<typeof warnBeforeUpdate>[0]["learns"],
  texts: ReadonlySet<string>,
  warn: Warn,
): void {
  for (const { name, prepared } of learns) {
    const table = prepared.splits[trainingSplitName(prepared)];
    if (!table) continue;
    const columns = table.columnNames().map((role) => [role, table.array(role)] as const);
    let rows = 0;
    for (let row = 0; row < table.numRows(); row++)
      rows += Number(
        textsContainedInRow(Object.fromEntries(columns.map(([role, values]) => [role, values[row]])), texts).length > 0,
      );
    if (rows > 0) warn("forget-in-data", { data: name, rows });
  }
}

/** Warns of labels whose spelling differs slightly between data sets: they would be separate labels. */
function warnOfLabels(
  { name, labels }: Parameters<typeof warnBeforeUpdate>[0]["start"],
  tasks: readonly LearnableTask[],
  warn: Warn,
): void {
  const known = new Map(labels.map((label) => [normalizedLabel(label), { label, of: name }]));
  for (const { plan, prepared } of tasks)
    for (const label of prepared.labels) {
      const form = normalizedLabel(label);
      const other = known.get(form);
      if (!other) known.set(form, { label, of: plan.name });
      else if (other.label !== label)
        warn("update-labels-alike", { label, data: plan.name, other: other.label, of: other.of });
    }
}

/** Warns of rows that score one data set and train another. Skips streamed data. */
function warnOfLeaks(tasks: readonly LearnableTask[], warn: Warn): void {
  const scored = tasks.flatMap(({ plan, prepared, split, learnt }) => {
    const table = split === null ? undefined : prepared.splits[split];
    return table && split !== null ? [{ data: plan.name, split, prepared, learnt, texts: modelInputTexts(table) }] : [];
  });
  for (const { plan, prepared, learnt, only } of tasks) {
    const table = prepared.splits[trainingSplitName(prepared)];
    if (!table || only) continue;
    const trained = new Set(modelInputTexts(table));
    for (const { data, split, prepared: scoredData, texts, learnt: when } of scored) {
      // Overlaps among earlier data were reported when those were learned.
      if (scoredData === prepared || (learnt === 0 && when === 0)) continue;
      const rows = texts.reduce((sum, text) => sum + Number(trained.has(text)), 0);
      if (rows > 0) warn("update-leak", { data, split, rows, of: texts.length, trains: plan.name });
    }
  }
}

/** Whether rows have a single label for balancing. */
function hasLabels({ splits }: PreparedData): boolean {
  const [table] = Object.values(splits);
  return table?.columnNames().includes("label") ?? false;
}

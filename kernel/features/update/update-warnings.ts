/** What of an update's data would make its scores or its labels other than they seem, said before anything is trained. */
import { normalizedLabel } from "#dsl/compiler/checks/label-form.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { trainingSplitName, type PreparedData } from "../../data/prepared.js";
import { modelInputTexts } from "../../data/rows/read-of.js";
import type { Warn } from "../../session/warn.js";
import { textsHeldBy } from "./forget.js";
import type { LearnableTask } from "../../evaluation/forgetting/tasks.js";

export function warnBeforeUpdate(
  options: {
    readonly start: { readonly name: string; readonly labels: readonly string[] };
    readonly tasks: readonly LearnableTask[];
    /** What it learns, named as its statement names it: it may have been learnt before, too. */
    readonly learns: readonly { readonly name: string; readonly prepared: PreparedData }[];
    readonly replay: ReplayBuffer | null;
    /** Texts to forget. */
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

/** Rows of an update's data that shall be forgotten. */
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
        textsHeldBy(Object.fromEntries(columns.map(([role, values]) => [role, values[row]])), texts).length > 0,
      );
    if (rows > 0) warn("forget-in-data", { data: name, rows });
  }
}

/** Labels that one data set writes nearly as another does: they would be two. */
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

/** Rows that score one data set and train another. Streamed data are passed over. */
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
      // What earlier data have of each other was told with them.
      if (scoredData === prepared || (learnt === 0 && when === 0)) continue;
      const rows = texts.reduce((sum, text) => sum + Number(trained.has(text)), 0);
      if (rows > 0) warn("update-leak", { data, split, rows, of: texts.length, trains: plan.name });
    }
  }
}

/** Whether a row has one label to be balanced by. */
function hasLabels({ splits }: PreparedData): boolean {
  const [table] = Object.values(splits);
  return table?.columnNames().includes("label") ?? false;
}

/** What of an update's data would make its scores or its labels other than they seem, said before anything is trained. */
import { formOfLabel } from "#dsl/compiler/checks/label-form.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { trainedSplit, type Prepared } from "../../data/prepared.js";
import { readOf } from "../../data/rows/read-of.js";
import type { Warn } from "../../session/warn.js";
import { heldBy } from "./forget.js";
import type { Learnable } from "../../evaluation/forgetting/tasks.js";

export function watchOut(
  o: {
    readonly start: { readonly name: string; readonly labels: readonly string[] };
    readonly tasks: readonly Learnable[];
    /** What it learns, named as its statement names it: it may have been learnt before, too. */
    readonly learns: readonly { readonly name: string; readonly prepared: Prepared }[];
    readonly replay: ReplayBuffer | null;
    /** Texts to forget. */
    readonly forget: ReadonlySet<string>;
  },
  warn: Warn,
): void {
  warnOfLabels(o.start, o.tasks, warn);
  warnOfLeaks(o.tasks, warn);
  if (o.forget.size > 0) warnOfForgotten(o.learns, o.forget, warn);
  if (o.replay?.balanced)
    for (const { plan, prepared, only } of o.tasks)
      if (!only && !hasLabels(prepared)) warn("memory-unbalanced", { data: plan.name });
}

/** Rows of an update's data that shall be forgotten. */
function warnOfForgotten(
  learns: Parameters<typeof watchOut>[0]["learns"],
  texts: ReadonlySet<string>,
  warn: Warn,
): void {
  for (const { name, prepared } of learns) {
    const table = prepared.splits[trainedSplit(prepared)];
    if (!table) continue;
    const columns = table.columnNames().map((role) => [role, table.array(role)] as const);
    let rows = 0;
    for (let row = 0; row < table.numRows(); row++)
      rows += Number(
        heldBy(Object.fromEntries(columns.map(([role, values]) => [role, values[row]])), texts).length > 0,
      );
    if (rows > 0) warn("forget-in-data", { data: name, rows });
  }
}

/** Labels that one data set writes nearly as another does: they would be two. */
function warnOfLabels(
  { name, labels }: Parameters<typeof watchOut>[0]["start"],
  tasks: readonly Learnable[],
  warn: Warn,
): void {
  const known = new Map(labels.map((label) => [formOfLabel(label), { label, of: name }]));
  for (const { plan, prepared } of tasks)
    for (const label of prepared.labels) {
      const form = formOfLabel(label);
      const other = known.get(form);
      if (!other) known.set(form, { label, of: plan.name });
      else if (other.label !== label)
        warn("update-labels-alike", { label, data: plan.name, other: other.label, of: other.of });
    }
}

/** Rows that score one data set and train another. Streamed data are passed over. */
function warnOfLeaks(tasks: readonly Learnable[], warn: Warn): void {
  const held = tasks.flatMap(({ plan, prepared, split, learnt }) => {
    const table = split === null ? undefined : prepared.splits[split];
    return table && split !== null ? [{ data: plan.name, split, prepared, learnt, texts: readOf(table) }] : [];
  });
  for (const { plan, prepared, learnt, only } of tasks) {
    const table = prepared.splits[trainedSplit(prepared)];
    if (!table || only) continue;
    const trained = new Set(readOf(table));
    for (const { data, split, prepared: own, texts, learnt: when } of held) {
      // What earlier data have of each other was told with them.
      if (own === prepared || (learnt === 0 && when === 0)) continue;
      const rows = texts.reduce((sum, text) => sum + Number(trained.has(text)), 0);
      if (rows > 0) warn("update-leak", { data, split, rows, of: texts.length, trains: plan.name });
    }
  }
}

/** Whether a row has one label to be balanced by. */
function hasLabels({ splits }: Prepared): boolean {
  const [table] = Object.values(splits);
  return table?.columnNames().includes("label") ?? false;
}

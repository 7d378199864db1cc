/** What the data of several clients say of each other: labels in several spellings, rows that one scores and another trains. */
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { failed } from "../../language/types/facts.js";
import type { DataPlan } from "../../language/types/subject.js";
import { formOfLabel } from "./label-form.js";

export interface Labelled {
  readonly name: string;
  readonly labels: readonly string[];
  readonly at: Span;
}

/** By their rows: nothing is said while someone types. */
export function checkRowsApart(
  program: Program,
  datas: readonly { readonly plan: DataPlan; readonly at: Span }[],
): void {
  const found = program.ask({ about: "apart", datas: datas.map(({ plan }) => plan) }, true);
  // What can't be read was told of the data.
  if (found === undefined || failed(found)) return;
  const nameOf = (i: number): readonly string[] => datas.slice(i, i + 1).map(({ plan }) => plan.name);
  for (const { data, splits, trains } of found.leaks)
    for (const { plan, at } of datas.slice(data, data + 1))
      program.report("federate-leak", { data: plan.name, splits, trains: trains.flatMap(nameOf) }, at);
}

/** The head that clients share has the labels of all. What one data set itself writes in several ways is told of it. */
export function checkLabelsApart(program: Program, datas: readonly Labelled[]): void {
  const known = new Map<string, Map<string, string>>();
  for (const { name, labels, at } of datas) {
    const own = new Set(labels);
    const alike = labels.flatMap((label) => {
      const others = known.get(formOfLabel(label));
      const [other] = others ?? [];
      if (!others || !other || others.has(label) || [...others.keys()].some((one) => own.has(one))) return [];
      return [{ label, other: other[0], of: other[1] }];
    });
    for (const label of labels) {
      const form = formOfLabel(label);
      const others = known.get(form) ?? new Map<string, string>();
      if (!others.has(label)) others.set(label, name);
      known.set(form, others);
    }
    if (alike.length > 0) program.report("federate-labels-alike", { data: name, alike }, at);
  }
}

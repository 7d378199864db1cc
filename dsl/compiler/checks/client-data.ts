/**
 * Checks across clients' data: labels in several spellings, and rows that one client evaluates on and another trains
 * on.
 */
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { isFailedFact } from "../../language/types/facts.js";
import type { DataPlan } from "../../language/types/value.js";
import { normalizedLabel } from "./label-form.js";

export interface LabelledClientData {
  readonly name: string;
  readonly labels: readonly string[];
  readonly span: Span;
}

/** Compares rows, so it does not run for editor assistance. */
export function checkClientRowOverlap(
  program: Program,
  datas: readonly { readonly plan: DataPlan; readonly span: Span }[],
): void {
  const found = program.ask({ about: "apart", datas: datas.map(({ plan }) => plan) }, true);
  // Unreadable data are reported at their definition.
  if (found === undefined || isFailedFact(found)) return;
  const nameOf = (i: number): readonly string[] => datas.slice(i, i + 1).map(({ plan }) => plan.name);
  for (const { data, splits, trains } of found.leaks)
    for (const { plan, span } of datas.slice(data, data + 1))
      program.report("federate-leak", { data: plan.name, splits, trains: trains.flatMap(nameOf) }, span);
}

/**
 * Checks label spellings across clients, since the shared head has the labels of all. Variants within one data set are
 * reported there.
 */
export function checkClientLabelForms(program: Program, datas: readonly LabelledClientData[]): void {
  const known = new Map<string, Map<string, string>>();
  for (const { name, labels, span } of datas) {
    const ownLabels = new Set(labels);
    const alike = labels.flatMap((label) => {
      const others = known.get(normalizedLabel(label));
      const [other] = others ?? [];
      if (!others || !other || others.has(label) || [...others.keys()].some((one) => ownLabels.has(one))) return [];
      return [{ label, other: other[0], of: other[1] }];
    });
    for (const label of labels) {
      const form = normalizedLabel(label);
      const others = known.get(form) ?? new Map<string, string>();
      if (!others.has(label)) others.set(label, name);
      known.set(form, others);
    }
    if (alike.length > 0) program.report("federate-labels-alike", { data: name, alike }, span);
  }
}

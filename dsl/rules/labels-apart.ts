/** Labels that clients of one federation write nearly as another does: the head that they share would have both. */
import type { Program } from "../plan/program.js";
import type { Span } from "../diagnostics/span.js";
import { formOfLabel } from "./label-form.js";
import "../plan/apart-codes.js";

export interface Labelled {
  readonly name: string;
  readonly labels: readonly string[];
  readonly at: Span;
}

/** What one data set itself writes in several ways is told of it. */
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

/** What the names of clients say of each other, told before anything is trained. */
import { formOfLabel } from "#dsl/rules/label-form.js";
import type { Warn } from "../warn.js";
import "./codes.js";

/** Values that are one client's, written in several ways. */
export function warnOfNames(names: Iterable<string>, clients: string, warn: Warn): void {
  const forms = new Map<string, Set<string>>();
  for (const name of names) forms.set(formOfLabel(name), (forms.get(formOfLabel(name)) ?? new Set()).add(name));
  const of = [...forms.values()].filter(({ size }) => size > 1).map((some) => [...some]);
  if (of.length > 0) warn("clients-alike", { clients, of });
}

/** What the rows of several clients say of each other, told before anything is trained. */
import { must } from "#dsl/diagnostics/must.js";
import { formOfLabel } from "#dsl/rules/label-form.js";
import { splitNamesOf, trainedSplit, type Prepared } from "../../core/data/prepared.js";
import { readOf } from "../../core/data/read-of.js";
import type { Warn } from "../warn.js";
import "./codes.js";

/** Rows that one client has to score, and another to train. `prepared`: all of its splits. */
export function warnOfLeaks(
  datas: readonly { readonly name: string; readonly prepared: Prepared }[],
  warn: Warn,
): void {
  // By what is read: the clients that learn it.
  const learnt = new Map<string, Set<string>>();
  for (const { name, prepared } of datas)
    for (const text of readOf(must(prepared.splits[trainedSplit(prepared)], "the rows that train")))
      learnt.set(text, (learnt.get(text) ?? new Set()).add(name));
  for (const { name, prepared } of datas) {
    const trains = new Set<string>();
    const splits = splitNamesOf(prepared).flatMap((split) => {
      const table = prepared.splits[split];
      if (!table || split === trainedSplit(prepared)) return [];
      const texts = readOf(table);
      const rows = texts.filter((text) => {
        const others = [...(learnt.get(text) ?? [])].filter((one) => one !== name);
        for (const one of others) trains.add(one);
        return others.length > 0;
      }).length;
      return rows > 0 ? [{ split, rows, of: texts.length }] : [];
    });
    if (splits.length > 0) warn("federate-leak", { data: name, splits, trains: [...trains] });
  }
}

/** Values that are one client's, written in several ways. */
export function warnOfNames(names: Iterable<string>, clients: string, warn: Warn): void {
  const forms = new Map<string, Set<string>>();
  for (const name of names) forms.set(formOfLabel(name), (forms.get(formOfLabel(name)) ?? new Set()).add(name));
  const of = [...forms.values()].filter(({ size }) => size > 1).map((some) => [...some]);
  if (of.length > 0) warn("clients-alike", { clients, of });
}

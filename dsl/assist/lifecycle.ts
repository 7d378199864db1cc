/** What is on its way out or still being tried, as sentences for hover, completion and reference. */
import { isDeprecated, isGone } from "../types/deprecated.js";
import { isOpen } from "../types/experiments.js";
import { LANGUAGE } from "../types/versions.js";
import type { Deprecated, NewCall, NewKey, Registry } from "../types/registry.js";

/** A word, parameter or key. */
interface Lived {
  readonly deprecated?: Deprecated<NewCall> | Deprecated<NewKey>;
  readonly experiment?: string;
  readonly standard?: string;
}

/** Sentences of Markdown; none for what is plainly there. */
export function lifecycleOf({ deprecated, experiment, standard }: Lived): readonly string[] {
  return [
    ...(deprecated
      ? [
          `Deprecated since ${deprecated.since}, refused from ${deprecated.until}: ${deprecated.why}. ${insteadOf(deprecated)}`,
        ]
      : []),
    ...(experiment === undefined
      ? []
      : [`Experimental, may change or go: needs \`tune ${String(LANGUAGE)} with ${experiment}\`.`]),
    ...(standard === undefined ? [] : [`Part of Tune since ${standard}: needs no switch.`]),
  ];
}
function insteadOf({ use }: Deprecated<NewCall> | Deprecated<NewKey>): string {
  if (!use) return "Nothing takes its place.";
  const adds = "adds" in use ? Object.entries(use.adds ?? {}).map(([name, text]) => `${name}: ${text}`) : [];
  return `Write \`${use.name}${adds.length > 0 ? `(${adds.join(", ")})` : ""}\`.`;
}

/** Those that can be written, the deprecated ones last. */
export function offered<T extends Lived & { readonly name: string }>(
  all: readonly T[],
  registry: Registry,
  on: () => ReadonlySet<string>,
): readonly T[] {
  const open = all.filter(
    (one) => !isGone(one, registry) && (one.experiment === undefined || isOpen(one, registry, on())),
  );
  const old = (one: T): boolean => isDeprecated(one, registry);
  return [...open.filter((one) => !old(one)), ...open.filter(old)];
}
/** What completion marks an item of a deprecated record with. */
export function oldItem(record: Lived, registry: Registry): { readonly deprecated?: true; readonly detail?: string } {
  if (!record.deprecated || !isDeprecated(record, registry)) return {};
  const { use } = record.deprecated;
  return { deprecated: true, detail: use ? `deprecated: write ${use.name}` : "deprecated" };
}

/** A training beside the machine: memory and time, each with the smallest change that makes it fit, as words and as edits. */
import { fill } from "../plan/defaults.js";
import { parametersOf } from "../plan/definitions.js";
import type { MachineFacts, SplitFacts } from "../../language/types/facts.js";
import { smallestChange, type Change, type Fit, type Levers, type Over } from "./fitting.js";
import { quantile } from "../plan/lengths.js";
import type { Estimates } from "../plan/plan.js";
import type { RecipePlan } from "../plan/recipe.js";
import type { ModelPlan } from "../../language/types/subject.js";
import type { Call, Value } from "../../language/types/value.js";
import { insertion } from "../../language/diagnostics/insertion.js";
import type { Fix } from "../../language/diagnostics/diagnostic.js";
import type { Draft, Program } from "../plan/program.js";
import type { Given } from "../../language/types/given-value.js";
import type { Edit, Span } from "../../language/diagnostics/span.js";
import type {} from "./training-codes.js";
import type {} from "./world-codes.js";

/** Seconds from which on a training is called long. */
const LONG = 6 * 3600;

export interface Fitting {
  readonly model: Draft;
  readonly plan: ModelPlan;
  readonly training: RecipePlan;
  readonly recompute: "none" | "blocks";
  readonly frozen: boolean;
  readonly parts: boolean;
  readonly lengths: SplitFacts["lengths"] | undefined;
  readonly settings: ReadonlyMap<string, Given>;
  /** The training's statement where it may be given keys of a recipe: its braces, if it has some, and its end. */
  readonly statement: { readonly block: Span | undefined; readonly end: number } | undefined;
  readonly here: Span;
  readonly machine: MachineFacts;
  estimated(over: Over): Estimates;
}

/** @returns false where the machine's memory is too small (reported) */
export function checkMachine(program: Program, o: Fitting, estimates: Estimates): boolean {
  const place = (o.settings.get("batch_size") ?? o.settings.get("recompute"))?.span;
  const at = place?.source === program.source.id ? place : o.here;
  const { memoryBytes: has } = o.machine;
  if (estimates.memoryBytes > has) {
    const found = smallestChange(
      leversOf(program, o),
      (over) => o.estimated(over),
      (e) => e.memoryBytes,
      has,
    );
    if (!found) throw new Error("a training has nothing that could be changed");
    const change = { text: changesText(found.changes), takes: found.estimates.memoryBytes, same: found.same };
    const told = { needed: estimates.memoryBytes, has, change, fits: found.fits };
    const fix = found.fits ? fixOf(program, o, found) : undefined;
    program.report("memory-short", told, at, fix ? { fix } : {});
    return false;
  }
  const { seconds } = estimates;
  if (seconds !== null && seconds > LONG) {
    const levers = { ...leversOf(program, o), recompute: "blocks" as const, storage: null };
    const found = smallestChange(
      { ...levers, training: { ...levers.training, batch_size: 1, accumulate: 1 } },
      (over) => o.estimated(over),
      (e) => (e.memoryBytes > has ? Number.POSITIVE_INFINITY : (e.seconds ?? 0)),
      LONG,
    );
    const change = found?.fits
      ? { text: changesText(found.changes), takes: found.estimates.seconds ?? 0, same: found.same }
      : null;
    program.reportNear(
      "long-training",
      { seconds, change },
      (o.settings.get("epochs") ?? o.settings.get("steps"))?.span,
      o.here,
    );
  }
  return true;
}

function leversOf(program: Program, o: Fitting): Levers {
  const p99 = quantile(o.lengths, 0.99);
  const longest = Math.min(o.lengths?.longest ?? o.plan.max_length, o.plan.max_length);
  const halves = [1, 2, 3, 4].map((n) => Math.floor(o.plan.max_length / 2 ** n));
  const lengths = [...(p99 === null ? [] : [p99]), ...halves].filter((n) => n >= 16 && n < longest);
  return {
    training: o.training,
    model: o.plan,
    recompute: o.recompute,
    parts: o.parts,
    frozen: o.frozen,
    lengths: [...new Set(lengths)].sort((a, b) => b - a),
    technique: o.plan.scratch ? null : suggested(program, o, "technique"),
    storage: o.plan.scratch ? null : suggested(program, o, "storage"),
  };
}

/** The word of a kind that is suggested where memory is short (capability `suggested`: how it is written), defaults filled in. */
function suggested(
  program: Program,
  o: Fitting,
  key: "technique" | "storage",
): { readonly plan: Call; readonly text: string } | null {
  const word = program.registry.ofKind(key).find((one) => one.capabilities?.suggested !== undefined);
  const text = word?.capabilities?.suggested;
  if (!word || text === undefined) return null;
  const given: Given = {
    value: { word: word.name, kind: key, arguments: {} },
    span: o.here,
    from: "written",
    places: new Map(),
  };
  const parameters = parametersOf(program, "model").filter((p) => p.name === key);
  const base = program.facts.get({ about: "base", name: o.plan.base, folder: o.plan.folder });
  const { values } = fill(program, parameters, new Map([[key, given]]), "", {
    here: o.here,
    ...(base && !("failed" in base) && { base }),
  });
  const plan: Value | undefined = values[key];
  if (plan === null || typeof plan !== "object" || !("word" in plan)) return null;
  return { plan, text };
}

function changesText(changes: readonly Change[]): string {
  return changes.map(({ key, text }) => `${key}: ${text}`).join(", ");
}

/** Edits in the present source; undefined where one of the keys belongs into another. */
function fixOf(program: Program, o: Fitting, { changes, same }: Fit): Fix | undefined {
  const { text, id } = program.source;
  const edits: Edit[] = [];
  const missing = { recipe: [] as string[], model: [] as string[] };
  for (const { of, key, text: put } of changes) {
    const given = of === "recipe" ? o.settings.get(key) : o.model.given.get(key);
    const here = given?.span.source === id && given.from !== "reference";
    if (here) edits.push({ start: given.span.start, end: given.span.end, text: put });
    else missing[of].push(`${key}: ${put}`);
  }
  if (missing.recipe.length > 0) {
    if (!o.statement) return undefined;
    edits.push(insertion(text, missing.recipe, o.statement.block, o.statement.end));
  }
  if (missing.model.length > 0) {
    if (o.model.source.id !== id || !o.model.block) return undefined;
    edits.push(insertion(text, missing.model, o.model.block, o.model.block.end));
  }
  return { title: `write \`${changesText(changes)}\``, certain: same, edits };
}

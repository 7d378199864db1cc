/**
 * Checks a training against the machine: memory and time. Suggests the smallest change that fits, as text and as edits.
 */
import { fillDefaults } from "../plan/defaults.js";
import { verbParametersOf } from "../plan/definitions.js";
import type { MachineFacts, SplitFacts } from "../../language/types/facts.js";
import {
  smallestFittingChange,
  type ChangeToFit,
  type FittingChangeSet,
  type AllowedFitChanges,
  type PlanOverrides,
} from "./fitting-changes.js";
import { lengthQuantile } from "../plan/lengths.js";
import type { Estimates, RecipePlan } from "../plan/plan.js";
import type { ModelPlan, Call, Value, GivenValue } from "../../language/types/value.js";
import { insertionEdit } from "../../language/diagnostics/insertion.js";
import type { Fix } from "../../language/diagnostics/diagnostic.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { Edit, Span } from "../../language/diagnostics/span.js";
import type {} from "./training-codes.js";
import type {} from "./world-codes.js";

/** Seconds from which a training is reported as long. */
const LONG = 6 * 3600;

export interface MachineFitInput {
  readonly model: DefinitionDraft;
  readonly plan: ModelPlan;
  readonly training: RecipePlan;
  readonly recompute: "none" | "blocks";
  readonly frozen: boolean;
  readonly parts: boolean;
  readonly lengths: SplitFacts["lengths"] | undefined;
  readonly settings: ReadonlyMap<string, GivenValue>;
  /** The training's statement if it can take recipe keys: the span of its block, if any, and its end. */
  readonly statement: { readonly block: Span | undefined; readonly end: number } | undefined;
  readonly here: Span;
  readonly machine: MachineFacts;
  estimated(over: PlanOverrides): Estimates;
}

/** @returns false if the machine has too little memory (reported) */
export function checkMachineMemory(program: Program, options: MachineFitInput, estimates: Estimates): boolean {
  const place = (options.settings.get("batch_size") ?? options.settings.get("recompute"))?.span;
  const span = place?.source === program.source.id ? place : options.here;
  const { memoryBytes: has } = options.machine;
  if (estimates.memoryBytes > has) {
    const found = smallestFittingChange(
      leversOf(program, options),
      (over) => options.estimated(over),
      (e) => e.memoryBytes,
      has,
    );
    if (!found) throw new Error("a training has nothing that could be changed");
    const change = { text: changesText(found.changes), takes: found.estimates.memoryBytes, same: found.same };
    const details = { needed: estimates.memoryBytes, has, change, fits: found.fits };
    const fix = found.fits ? fixOf(program, options, found) : undefined;
    program.report("memory-short", details, span, fix ? { fix } : {});
    return false;
  }
  const { seconds } = estimates;
  if (seconds !== null && seconds > LONG) {
    const levers = { ...leversOf(program, options), recompute: "blocks" as const, storage: null };
    const found = smallestFittingChange(
      { ...levers, training: { ...levers.training, batch_size: 1, accumulate: 1 } },
      (over) => options.estimated(over),
      (e) => (e.memoryBytes > has ? Number.POSITIVE_INFINITY : (e.seconds ?? 0)),
      LONG,
    );
    const change = found?.fits
      ? { text: changesText(found.changes), takes: found.estimates.seconds ?? 0, same: found.same }
      : null;
    program.reportNear(
      "long-training",
      { seconds, change },
      (options.settings.get("epochs") ?? options.settings.get("steps"))?.span,
      options.here,
    );
  }
  return true;
}

function leversOf(program: Program, options: MachineFitInput): AllowedFitChanges {
  const p99 = lengthQuantile(options.lengths, 0.99);
  const longest = Math.min(options.lengths?.longest ?? options.plan.max_length, options.plan.max_length);
  const halves = [1, 2, 3, 4].map((n) => Math.floor(options.plan.max_length / 2 ** n));
  const lengths = [...(p99 === null ? [] : [p99]), ...halves].filter((n) => n >= 16 && n < longest);
  return {
    training: options.training,
    model: options.plan,
    recompute: options.recompute,
    parts: options.parts,
    frozen: options.frozen,
    lengths: [...new Set(lengths)].sort((a, b) => b - a),
    technique: options.plan.scratch ? null : suggested(program, options, "technique"),
    storage: options.plan.scratch ? null : suggested(program, options, "storage"),
  };
}

/**
 * Returns the word of a kind suggested when memory is short (capability `suggested`: how it is written), with defaults
 * filled in.
 */
function suggested(
  program: Program,
  options: MachineFitInput,
  key: "technique" | "storage",
): { readonly plan: Call; readonly text: string } | null {
  const word = program.registry.ofKind(key).find((one) => one.capabilities?.suggested !== undefined);
  const text = word?.capabilities?.suggested;
  if (!word || text === undefined) return null;
  const given: GivenValue = {
    value: { word: word.name, kind: key, arguments: {} },
    span: options.here,
    from: "written",
    places: new Map(),
  };
  const parameters = verbParametersOf(program, "model").filter((p) => p.name === key);
  const base = program.facts.get({ about: "base", name: options.plan.base, folder: options.plan.folder });
  const { values } = fillDefaults(program, parameters, new Map([[key, given]]), "", {
    here: options.here,
    ...(base && !("failed" in base) && { base }),
  });
  const plan: Value | undefined = values[key];
  if (plan === null || typeof plan !== "object" || !("word" in plan)) return null;
  return { plan, text };
}

function changesText(changes: readonly ChangeToFit[]): string {
  return changes.map(({ key, text }) => `${key}: ${text}`).join(", ");
}

/** Returns edits in the current source; undefined if a key belongs to another source. */
function fixOf(program: Program, options: MachineFitInput, { changes, same }: FittingChangeSet): Fix | undefined {
  const { text, id } = program.source;
  const edits: Edit[] = [];
  const missing = { recipe: [] as string[], model: [] as string[] };
  for (const { owner, key, text: put } of changes) {
    const given = owner === "recipe" ? options.settings.get(key) : options.model.given.get(key);
    const here = given?.span.source === id && given.from !== "reference";
    if (here) edits.push({ start: given.span.start, end: given.span.end, text: put });
    else missing[owner].push(`${key}: ${put}`);
  }
  if (missing.recipe.length > 0) {
    if (!options.statement) return undefined;
    edits.push(insertionEdit(text, missing.recipe, options.statement.block, options.statement.end));
  }
  if (missing.model.length > 0) {
    if (options.model.source.id !== id || !options.model.block) return undefined;
    edits.push(insertionEdit(text, missing.model, options.model.block, options.model.block.end));
  }
  return { title: `write \`${changesText(changes)}\``, certain: same, edits };
}

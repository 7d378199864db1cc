/**
 * A sweep: trials one after another in one engine. Each trial is a Tune program of its own, made by varying the model and
 * the recipe with `like`, so that a trial's defaults, checks and hashes are those of a program one could write, and the
 * best one comes back as exactly that text. The journal (one JSON line a trial) makes an interrupted sweep go on.
 */
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import { kindsIn } from "#dsl/types/parts.js";
import type { NestedCall, Space, SweepPlan } from "#dsl/plan/plan.js";
import type { Value } from "#dsl/types/value.js";
import { tuneText, type As } from "#dsl/plan/text.js";
import type { ValueType } from "#dsl/types/registry.js";
import { registry } from "#stdlib/registry.js";
import type { SearchDimension } from "#stdlib/kinds/search.js";
import { fields, figure, like, object, table, whole, type Schema } from "../../fetch/json.js";
import { writing } from "../../artifacts/folder-errors.js";
import { recordsIn } from "../../artifacts/log-lines.js";
import { readRegular } from "../../artifacts/read-regular.js";
import { appendLine } from "../../artifacts/run-folder.js";

export interface TrialRecord {
  /** From 1. */
  readonly number: number;
  /** Path → value as Tune text (`lora(rank: 8)`, `0.001`). */
  readonly values: Readonly<Record<string, string>>;
  /** The point drawn by the search, by dimension. */
  readonly point: Readonly<Record<string, unknown>>;
  readonly score: number | null;
  readonly state: "done" | "failed" | "running";
  readonly seconds: number;
  readonly run: string | null;
  readonly error: string | null;
}

/** What TypeScript sees of a sweep. */
export interface SweepHandle {
  readonly name: string;
  readonly goal: { readonly direction: "maximize" | "minimize"; readonly metric: string };
  readonly trials: readonly TrialRecord[];
  readonly best: {
    readonly number: number;
    readonly score: number;
    readonly values: Readonly<Record<string, string>>;
    readonly tune: string;
  } | null;
}
export const sweepType = `{
  readonly name: string;
  readonly trials: readonly { readonly number: number; readonly values: Readonly<Record<string, string>>; readonly score: number | null; readonly state: string; readonly seconds: number; readonly run: string | null; readonly error: string | null }[];
  /** The best trial: its score, its values, and the Tune text that trains it. */
  readonly best: { readonly number: number; readonly score: number; readonly values: Readonly<Record<string, string>>; readonly tune: string } | null;
}`;

/** The dimensions of the search: one per space, nested ones named `path/argument`. All are always drawn; those of a branch not taken are ignored. */
export function dimensionsOf(vary: SweepPlan["vary"]): readonly SearchDimension[] {
  const found: SearchDimension[] = [];
  const visit = (name: string, space: Space) => {
    if (space.space !== "choice")
      found.push({ name, kind: space.space, from: space.from, to: space.to, integer: space.integer });
    else {
      found.push({ name, kind: "choice", size: space.of.length });
      space.of.forEach((option, i) => {
        if (isSpace(option)) visit(`${name}/${i}`, option);
        else if (isNested(option))
          for (const [argument, inner] of Object.entries(option.spaces)) visit(`${name}/${i}.${argument}`, inner);
      });
    }
  };
  for (const [path, space] of Object.entries(vary)) visit(path, space);
  return found;
}

/** The values of a point as Tune text, by path. */
export function valuesAt(
  vary: SweepPlan["vary"],
  point: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const at = (path: string, name: string, space: Space): string => {
    if (space.space !== "choice") return drawnText(Number(point[name]), space);
    const index = Number(point[name]);
    const option = space.of[index] as Value | Space | NestedCall;
    if (isSpace(option)) return at(path, `${name}/${index}`, option);
    if (isNested(option)) {
      const own = Object.entries(option.nested.arguments).map(
        ([k, v]) => `${k}: ${tuneText(v, asked(`${path}.${k}`))}`,
      );
      const drawn = Object.entries(option.spaces).map(
        ([k, inner]) => `${k}: ${at(`${path}.${k}`, `${name}/${index}.${k}`, inner)}`,
      );
      return `${option.nested.word}(${[...own, ...drawn].join(", ")})`;
    }
    return tuneText(option, asked(path));
  };
  return Object.fromEntries(Object.entries(vary).map(([path, space]) => [path, at(path, path, space)]));
}

/**
 * A drawn number as it is run with and told: four digits, as a person would write it, and more where the space is so narrow
 * that rounding would leave it or shift a value by more than a thousandth of it. Whole numbers and what was written stay.
 */
function drawnText(
  value: number,
  { from, to, integer }: { readonly from: number; readonly to: number; readonly integer: boolean },
): string {
  if (integer) return String(value);
  for (let digits = 4; digits < 17; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (rounded >= from && rounded <= to && Math.abs(rounded - value) <= (to - from) / 1000) return String(rounded);
  }
  return String(value);
}

/** What is asked at a path of model or recipe, by which texts are written in quotes or bare. */
function asked(path: string): As {
  const [root, ...rest] = path.split(".");
  const own = ["model", "recipe"]
    .flatMap((verb) => registry.find("verb", verb)?.parameters ?? [])
    .find((p) => p.name === root);
  const inner = (type: ValueType | undefined, name: string): ValueType | undefined =>
    type &&
    kindsIn(type)
      .flatMap((kind) => registry.ofKind(kind))
      .flatMap((w) => w.parameters)
      .find((p) => p.name === name)?.type;
  return { registry, type: rest.reduce(inner, own?.type) };
}

/**
 * The Tune program of one trial. `modelKeys` are the first parts of paths that belong to the model; the rest belongs to
 * the recipe.
 */
export function trialText(
  plan: SweepPlan,
  values: Readonly<Record<string, string>>,
  modelKeys: ReadonlySet<string>,
  as: string,
  names?: { readonly model: string },
): string {
  const entries = Object.entries(values);
  const ofModel = entries.filter(([path]) => modelKeys.has(path.split(".")[0]!));
  const ofRecipe = entries.filter(([path]) => !modelKeys.has(path.split(".")[0]!));
  const model = names?.model ?? `${as}_model`;
  const lines: string[] = [];
  if (ofModel.length > 0)
    lines.push(`model ${model} like ${plan.model} { ${ofModel.map(([k, v]) => `${k}: ${v}`).join(", ")} }`);
  const subject = ofModel.length > 0 ? model : plan.model;
  const recipe = plan.recipe === null ? "" : ` with ${plan.recipe}`;
  const block = ofRecipe.length > 0 ? ` { ${ofRecipe.map(([k, v]) => `${k}: ${v}`).join(", ")} }` : "";
  lines.push(`train ${subject} on ${plan.data}${recipe} as ${as}${block}`);
  return lines.join("\n");
}

function isSpace(x: unknown): x is Space {
  return typeof x === "object" && x !== null && "space" in x;
}
function isNested(x: unknown): x is NestedCall {
  return typeof x === "object" && x !== null && "nested" in x;
}

const trialRecord: Schema<TrialRecord> = fields({
  number: whole(1),
  values: table(v.pipe(v.string(), v.check(isValueText))),
  point: object,
  score: v.nullable(figure),
  state: v.picklist(["done", "failed", "running"]),
  seconds: figure,
  ...{ run: v.nullable(v.string()), error: v.nullable(v.string()) },
});
const isTrial = like(trialRecord);

/** The journal of a sweep: what is done stays done. */
export class Journal {
  private constructor(
    readonly file: string,
    private readonly records: TrialRecord[],
  ) {}

  /** The folder of its lock (run-lock.ts): two processes that sweep the same would draw the same trials twice. */
  static folder(root: string, name: string, hash: string): string {
    const folder = join(root, "sweeps", `${name}-${hash.slice(0, 12)}`);
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw writing(error, folder);
    }
    return folder;
  }

  /** Opens the journal of the sweep with this hash under `root`; a torn last line is left out. */
  static open(root: string, name: string, hash: string): Journal {
    const file = `${Journal.folder(root, name, hash)}.jsonl`;
    const records: readonly unknown[] = recordsIn(readRegular(file) ?? "", "number");
    return new Journal(file, records.filter(isTrial));
  }

  get trials(): readonly TrialRecord[] {
    return this.records;
  }
  /** Its file's name without the ending. */
  get name(): string {
    return basename(this.file, ".jsonl");
  }

  add(record: TrialRecord): void {
    try {
      appendLine(this.file, JSON.stringify(record));
    } catch (error) {
      throw writing(error, this.file);
    }
    this.records.push(record);
  }
}

/** A value alone: the best trial's becomes part of a program, and a folder of runs may come from anybody. */
function isValueText(value: string): boolean {
  let open = 0;
  for (const [at] of value.replace(/"(?:[^"\\\n]|\\.)*"/g, "").matchAll(/[()[\]{}\r\n"]/g)) {
    if (/["\r\n]/.test(at)) return false;
    open += "([{".includes(at) ? 1 : -1;
    if (open < 0) return false;
  }
  return open === 0;
}

/**
 * What a Tune source comes to once everything is resolved: plain JSON, no span-less magic, defaults filled in.
 * The host (kernel, CLI, tests) runs `Action`s in order. `Recipe` holds everything that can change a number.
 */
import type { Span } from "../diagnostics/span.js";

/** A value after checking. Shares are `{ share: 0.8 }`, durations milliseconds, sizes bytes; `$x` is replaced by its value, or stays `{ live }` for tables. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Call
  | { readonly share: number }
  | { readonly live: string }
  | { readonly from: number; readonly to: number }
  | { readonly record: Readonly<Record<string, Value>> }
  | readonly Value[];

/** A word with all its arguments, defaults included. */
export interface Call {
  readonly word: string;
  readonly kind: string;
  readonly arguments: Readonly<Record<string, Value>>;
  /** Content hash of the user's definition that is meant; absent: a word of the package. */
  readonly definition?: string;
}

export type SplitName = string;

export interface DataPlan {
  readonly name: string;
  /** One source, or one per split. Relative paths are relative to `folder`. */
  readonly source: Call | Readonly<Record<SplitName, Call>>;
  readonly folder: string;
  /** Role (text, text_pair, negative, label, labels, score, tokens, tags, messages, input, target, question, context, answer, answer_start, group, weight, id) to column name. */
  readonly columns: Readonly<Record<string, string>>;
  /** How the role `messages` is read, where that was written: `turns(…)`; absent: the column holds lists of turns. */
  readonly conversation?: Call;
  readonly clean: readonly Call[];
  readonly split: Call | null;
  /** Labels in their written order, if written; else null: sorted labels found in the data. */
  readonly labels: readonly string[] | null;
  /** What stands between labels in a text; only where there is a role `labels`. */
  readonly separator?: string;
  readonly sample: number | null;
  readonly seed: number;
}

/** A model from scratch: the words that its config.json and its tokenizer are made of. */
export interface ScratchPlan {
  readonly architecture: Call;
  readonly tokenizer: Call;
  readonly max_length: number;
  /** What the tokenizer is trained on (its training split); null: the data are not known yet. */
  readonly data: DataPlan | null;
}
export interface ModelPlan {
  readonly name: string;
  /** As written: a hub name, a folder, or a package's model; of a model from scratch the family's word. */
  readonly base: string;
  /** Absent: there is a base. */
  readonly scratch?: ScratchPlan;
  /** The base is what a training here made: `base` is its name, `from` what that began from. */
  readonly trained?: { readonly recipeHash: string; readonly from: ReaderOf };
  /** Its weights are those of a finished run (absolute folder), and all that is said here is that run's. */
  readonly loaded?: { readonly run: string; readonly recipeHash: string };
  readonly folder: string;
  /** Content hash of the base's files, once known. */
  readonly baseHash: string | null;
  readonly task: Call;
  readonly technique: Call;
  readonly max_length: number;
  /** Parts of the base that don't train; absent: the technique alone decides. */
  readonly freeze?: readonly Call[];
  /** How the weights that don't train lie in memory; absent: f32. */
  readonly storage?: Call;
  /** Of tasks that read conversations: how they are written; null: as the base's own template says. */
  readonly template?: Call | null;
}
/** What is told of a model where data are read for it: its base, and how conversations are written for it. */
export interface ReaderOf {
  readonly name: string;
  readonly folder: string;
  readonly scratch?: ScratchPlan;
  readonly template?: Call | null;
  /** Which turns are to be learnt, where not all. */
  readonly learn?: "last";
  /** The two texts of a row are read each by itself. */
  readonly apart?: true;
  /** Of tasks that read contexts: tokens of a window, and how many neighbours share. */
  readonly windows?: { readonly length: number; readonly overlap: number };
}
export function readerOf({ base, folder, scratch, trained, task, template, max_length }: ModelPlan): ReaderOf {
  const { stride, pooling, learn } = task.arguments;
  const of = {
    // A model reads with the tokenizer that the first of its line has.
    ...rootOf(trained?.from ?? { name: base, folder, ...(scratch && { scratch }) }),
    ...(typeof stride === "number" && { windows: { length: max_length, overlap: stride } }),
  };
  if (template === undefined) return { ...of, ...(pooling !== undefined && { apart: true as const }) };
  return { ...of, template, ...(learn === "last" && { learn: "last" }) };
}
function rootOf({ name, folder, scratch }: ReaderOf): ReaderOf {
  return { name, folder, ...(scratch && { scratch }) };
}

export interface RecipePlan {
  readonly epochs: number | null;
  readonly steps: number | null;
  /** Rows in one batch (packed rows with `packing`). */
  readonly batch_size: number;
  /** Batches in one update. */
  readonly accumulate: number;
  /** Several texts in one row. */
  readonly packing: boolean;
  readonly optimizer: Call;
  readonly schedule: Call;
  /** Greatest gradient norm; null: no clipping. */
  readonly clip: number | null;
  readonly dropout: number | null; // null: the base config's own
  readonly shuffle: "by_length" | "random" | "none";
  readonly early_stopping: Call | null;
  readonly checkpoint: Call | null; // every(steps|epochs)
  readonly validate: Call | null; // every(steps|epochs)
  /** Call: the best by the metric that it names. */
  readonly keep: "best" | "last" | Call;
  readonly log: Call; // every(steps)
  readonly precision: "f32" | "bf16";
  /** As written; what `auto` comes to on this machine stands in the effects. */
  readonly recompute: "auto" | "none" | "blocks";
  readonly seed: number;
}

/** Everything that can change a number in the result. Hashed (RFC 8785 + SHA-256) to `recipeHash`. */
export interface Recipe {
  readonly data: DataPlan;
  readonly dataHash: string | null;
  readonly model: ModelPlan;
  readonly training: RecipePlan;
  /** Experiments that are on, sorted; absent: none. */
  readonly experiments?: readonly string[];
}
/** Where things go; hashed with the recipe into `planHash`. */
export interface Effects {
  readonly run: string; // name of the run: the model's, or that after `as`
  readonly engine: string; // auto | tensorflow | tfjs
  readonly threads: number | null;
  /** Which activations are computed again: what the recipe says, or what `auto` chose for this machine's memory. */
  readonly recompute: "none" | "blocks";
  /** Warnings that were found and are allowed: code, reason, and the statement that says so. Absent: none. */
  readonly allowed?: readonly { readonly code: string; readonly reason: string; readonly of: string }[];
}
export interface Estimates {
  readonly parameters: number;
  readonly trainable: number;
  readonly rows: number;
  readonly steps: number;
  /** Real (unpadded) tokens over the whole run. */
  readonly tokens: number;
  readonly memoryBytes: number;
  /** What the base's weights take of it, where they are stored in fewer bits than f32. */
  readonly storedBytes?: number;
  /** Effort of the whole run in FLOPs of f32 products (estimates.ts). */
  readonly flops: number;
  readonly seconds: number | null; // null: this machine was not measured yet
  /** What those seconds may well be; absent where they are not known, and in runs of before. */
  readonly secondsBetween?: readonly [least: number, most: number];
}
/** Path in the recipe (`training.batch_size`) to where its value came from, with the sentence for derived ones. */
export type Origins = Readonly<
  Record<
    string,
    { readonly from: "written" | "default" | "derived" | "parameter" | "reference"; readonly why?: string }
  >
>;

export interface Plan {
  readonly version: 1;
  readonly recipe: Recipe;
  readonly effects: Effects;
  readonly estimates: Estimates;
  readonly origins: Origins;
  readonly recipeHash: string;
  readonly planHash: string;
}

/** What evaluate and predict work on. */
export type Subject =
  | { readonly data: DataPlan; readonly split: SplitName | null }
  | { readonly texts: readonly string[] }
  | { readonly live: string };

export interface Writing {
  readonly decode: Call;
  readonly max_tokens: number;
  readonly stop: readonly string[];
}

interface At {
  /** The whole statement and the name that is most to blame when it fails as a whole. */
  readonly span: Span;
  readonly source: string;
}
export type Action = At &
  (
    | { readonly verb: "data"; readonly name: string; readonly data: DataPlan }
    | { readonly verb: "model"; readonly name: string; readonly model: ModelPlan }
    | { readonly verb: "recipe"; readonly name: string; readonly recipe: Partial<RecipePlan> }
    | { readonly verb: "parameters"; readonly values: Readonly<Record<string, Value>> }
    | { readonly verb: "train"; readonly name: string; readonly plan: Plan; readonly resume: boolean }
    | {
        readonly verb: "evaluate";
        readonly names: readonly string[];
        readonly on: readonly Subject[];
        readonly metrics: readonly Call[];
        readonly batch_size: number;
        readonly worst: number;
        /** How text is written where it is scored; absent: the task writes none. */
        readonly decode?: Call;
        /** Null: as many as the model's `max_length`. */
        readonly max_tokens?: number | null;
      }
    | {
        readonly verb: "predict";
        readonly name: string;
        readonly on: Subject;
        readonly as: string | null;
        readonly batch_size: number;
        /** How text is written; null: the task writes none. */
        readonly writing: Writing | null;
      }
    | { readonly verb: "sweep"; readonly name: string; readonly sweep: SweepPlan }
    | {
        readonly verb: "show";
        readonly topic: readonly string[];
        /** Of the topic `tree`: the statement's, as text. */ readonly tree?: string;
      }
    | { readonly verb: "engine"; readonly settings: Readonly<Record<string, Value>> }
    | { readonly verb: "use"; readonly path: string }
  );

/** A space over one dotted path of data, model or recipe; values that are calls are spaces and may nest. */
export type Space =
  | { readonly space: "choice"; readonly of: readonly (Value | Space | NestedCall)[] }
  | { readonly space: "log" | "uniform"; readonly from: number; readonly to: number; readonly integer: boolean };
/** A word whose arguments hold spaces: `lora(rank: choice(4, 8))`. */
export interface NestedCall {
  readonly nested: Call;
  readonly spaces: Readonly<Record<string, Space>>;
}
export interface SweepPlan {
  /** Names as written: a trial is compiled as a Tune program of its own that varies them with `like`. */
  readonly model: string;
  readonly data: string;
  readonly recipe: string | null;
  readonly vary: Readonly<Record<string, Space>>;
  readonly search: Call;
  readonly trials: number;
  readonly budgetMs: number | null;
  readonly goal: { readonly direction: "maximize" | "minimize"; readonly metric: Call };
  /** The plan of a trial before anything varies; a trial replaces paths in its recipe. */
  readonly plan: Plan;
  /** Tune text of each path's owner, to print the best trial back as a program. */
  readonly seed: number;
}

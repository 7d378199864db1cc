/** Values of Tune text: plain JSON. */
import type { Span } from "../diagnostics/span.js";

/**
 * A value after checking. Shares are `{ share: 0.8 }`, durations milliseconds, sizes bytes; `$x` is replaced by its
 * value, or remains `{ live }` for tables.
 */
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

export type Arguments = Readonly<Record<string, Value>>;

/** A word with all its arguments, including defaults. */
export interface Call<A extends Arguments = Arguments> {
  readonly word: string;
  readonly kind: string;
  readonly arguments: A;
  /** Content hash of the user's definition; unset for a word of the package. */
  readonly definition?: string;
  /** Parameters written with their usual value, which would otherwise be detected (`Parameter.found`). */
  readonly held?: readonly string[];
}

export type SplitName = string;

/** One key's value as given. Calls contain only written arguments. */
export interface GivenValue {
  readonly value: Value;
  readonly span: Span;
  readonly from: "written" | "parameter" | "reference";
  /** Spans of its parts: `optimizer.learning_rate` → span. */
  readonly places: ReadonlyMap<string, Span>;
}

/** Data and models as defined, with all defaults: what a host reads, loads and determines facts of. */
export interface DataPlan {
  readonly name: string;
  /** One source, or one per split. Relative paths are relative to `folder`. */
  readonly source: Call | Readonly<Record<SplitName, Call>>;
  readonly folder: string;
  /**
   * Maps a role (text, text_pair, negative, label, labels, score, tokens, tags, messages, input, target, question,
   * context, answer, answer_start, group, weight, id) to a column name.
   */
  readonly columns: Readonly<Record<string, string>>;
  /** How the role `messages` is read, if written: `turns(…)`; by default the column holds lists of turns. */
  readonly conversation?: Call;
  readonly clean: readonly Call[];
  readonly split: Call | null;
  /** Labels in their written order, if written; else null: sorted labels found in the data. */
  readonly labels: readonly string[] | null;
  /** Separator of labels in a text; only with the role `labels`. */
  readonly separator?: string;
  readonly sample: number | null;
  /**
   * Number or share of the rows to train on, sampled so that smaller samples are subsets of larger ones. Defaults to
   * all training rows.
   */
  readonly thin?: number | { readonly share: number };
  readonly seed: number;
  /** Annotators' decisions that override the source; unset for none. */
  readonly annotations?: Annotations;
}
export interface Annotations {
  /** Relative to the data's `folder`. A missing file means no decisions. */
  readonly file: string;
  readonly role: LabelRole;
  /** No column of the source has the role: all labels are from annotators. */
  readonly adds?: true;
}
/** Roles whose values are annotated. */
export type LabelRole = "label" | "labels";

/** Returns the roles that are read from columns of the source. */
export function columnsRead({ columns, annotations }: DataPlan): DataPlan["columns"] {
  if (!annotations?.adds) return columns;
  return Object.fromEntries(Object.entries(columns).filter(([role]) => role !== annotations.role));
}

/** A model from scratch: the words that define its config.json and its tokenizer. */
export interface ScratchPlan {
  readonly architecture: Call;
  readonly tokenizer: Call;
  readonly max_length: number;
  /** Data of the tokenizer (their training split); null if unknown yet. */
  readonly data: DataPlan | null;
}
export interface ModelPlan {
  readonly name: string;
  /** As written: a hub name, a folder, or a package's model; for a model from scratch, the family's word. */
  readonly base: string;
  /** Unset if there is a base. */
  readonly scratch?: ScratchPlan;
  /** Set if the base was trained in this program: `base` is its name, `from` its own base. */
  readonly trained?: {
    readonly recipeHash: string;
    readonly from: DataReadingSettings;
    /** A `compress` step applied to its weights first; unset for none. */
    readonly made?: Call;
  };
  /** Set for the weights of a finished run (absolute folder); all other fields are then that run's. */
  readonly loaded?: { readonly run: string; readonly recipeHash: string };
  readonly folder: string;
  /** Content hash of the base's files, once known. */
  readonly baseHash: string | null;
  readonly task: Call;
  readonly technique: Call;
  readonly max_length: number;
  /** Frozen parts of the base; if unset, only the technique decides. */
  readonly freeze?: readonly Call[];
  /** Storage of frozen weights in memory; defaults to f32. */
  readonly storage?: Call;
  /** For tasks that read conversations: how they are formatted; null for the base's own template. */
  readonly template?: Call | null;
}
/** How data are read for a model: its base, and the format of conversations. */
export interface DataReadingSettings {
  readonly name: string;
  readonly folder: string;
  readonly scratch?: ScratchPlan;
  readonly template?: Call | null;
  /** Which turns are targets, if not all. */
  readonly learn?: "last";
  /** The two texts of a row are encoded separately. */
  readonly apart?: true;
  /** For tasks that read contexts: tokens per window, and overlap of neighbours. */
  readonly windows?: { readonly length: number; readonly overlap: number };
}
export function dataReadingSettingsOf({
  base,
  folder,
  scratch,
  trained,
  task,
  template,
  max_length,
}: ModelPlan): DataReadingSettings {
  const { stride, pooling, learn } = task.arguments;
  const reader = {
    // A model uses the tokenizer of the first base it derives from.
    ...rootOf(trained?.from ?? { name: base, folder, ...(scratch && { scratch }) }),
    ...(typeof stride === "number" && { windows: { length: max_length, overlap: stride } }),
  };
  if (template === undefined) return { ...reader, ...(pooling !== undefined && { apart: true as const }) };
  return { ...reader, template, ...(learn === "last" && { learn: "last" }) };
}
function rootOf({ name, folder, scratch }: DataReadingSettings): DataReadingSettings {
  return { name, folder, ...(scratch && { scratch }) };
}

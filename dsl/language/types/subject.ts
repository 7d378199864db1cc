/** Data and models as they are defined, with every default filled in: what a host reads, loads and tells facts of. */
import type { Call, SplitName } from "./value.js";

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
  /** Rows that train: so many, or that share of all rows; drawn by chance, the fewer among the more. Absent: all of their split. */
  readonly thin?: number | { readonly share: number };
  readonly seed: number;
  /** Decisions of people about its rows, over what the source says; absent: none. */
  readonly annotations?: Annotations;
}
export interface Annotations {
  /** Relative to the data's `folder`. Where nothing is yet, nothing was decided. */
  readonly file: string;
  readonly role: LabelRole;
  /** No column of the source has the role: every label is a person's. */
  readonly adds?: true;
}
/** Roles whose values people decide on. */
export type LabelRole = "label" | "labels";

/** Roles that columns of the source have. */
export function columnsRead({ columns, annotations }: DataPlan): DataPlan["columns"] {
  if (!annotations?.adds) return columns;
  return Object.fromEntries(Object.entries(columns).filter(([role]) => role !== annotations.role));
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
  readonly trained?: {
    readonly recipeHash: string;
    readonly from: DataReader;
    /** What was made of its weights before anything else: a stage of `compress`. Absent: they are as they were. */
    readonly made?: Call;
  };
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
export interface DataReader {
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
export function dataReaderOf({ base, folder, scratch, trained, task, template, max_length }: ModelPlan): DataReader {
  const { stride, pooling, learn } = task.arguments;
  const reader = {
    // A model reads with the tokenizer that the first of its line has.
    ...rootOf(trained?.from ?? { name: base, folder, ...(scratch && { scratch }) }),
    ...(typeof stride === "number" && { windows: { length: max_length, overlap: stride } }),
  };
  if (template === undefined) return { ...reader, ...(pooling !== undefined && { apart: true as const }) };
  return { ...reader, template, ...(learn === "last" && { learn: "last" }) };
}
function rootOf({ name, folder, scratch }: DataReader): DataReader {
  return { name, folder, ...(scratch && { scratch }) };
}

/** What words of models say of themselves: families, how weights are stored, tasks, techniques. */
import type { BaseFacts } from "../facts.js";
import type { FromScratch, SizeFields } from "./from-scratch.js";
import type { Call } from "../value.js";
import type { WeightShapes, Refusal, CallFunction } from "./refusal.js";
import type { MetricOutcome } from "./metric.js";
import type { RowFormatCapabilities } from "./row-format.js";

/** A family of models. */
export interface FamilyCapabilities {
  /** What its tokenizer and special tokens are where it is made from scratch; absent: it never is. */
  readonly scratch?: FromScratch;
  /** Where config.json tells its sizes. */
  readonly sizes: SizeFields;
  /** Of encoder-decoders: what tells the work on tokens that are read from that on those that are written. */
  readonly stacks?: LayerStacks;
  /** The layer that gates a block's inner one, by its path; absent: there is none. */
  readonly gate?: RegExp;
  /** How its linear layers lie in a checkpoint; absent: as [out, in]. */
  readonly layout?: "in_out" | "out_in";
}
export interface LayerStacks {
  /** Fields of config.json that tell the layers of each. */
  readonly encoder: readonly string[];
  readonly decoder: readonly string[];
  /** Which tokens meet a matrix; null: none, rows are looked up in it. */
  meets(path: string, shapes: WeightShapes): "read" | "written" | null;
}
export interface StorageCapabilities<C extends Call = Call> {
  /** Bytes of a base's weights as they are stored. `writes`: a head over the vocabulary reads the table of tokens whole. */
  readonly weightBytes: CallFunction<C, number, [shapes: WeightShapes, writes: boolean]>;
  /** Weights lie as they are computed with: a plan needn't tell it. */
  readonly plain?: true;
  /** How it is written where memory is short and this is what helps. */
  readonly suggested?: string;
}

/** A part of a model that can be held fast. */
export interface PartCapabilities<C extends Call = Call> {
  /** Whether a parameter belongs to it, by its path, with the family's prefix or without it. */
  readonly holds: CallFunction<C, boolean, [path: string]>;
}

/** What a task's head is put on: what the word of the base's family says of it, and the base itself. */
export interface HeadContext {
  readonly family: FamilyCapabilities | undefined;
  readonly base: BaseFacts;
  /** The task's; absent: without arguments. */
  readonly call?: Call;
}
/** What a task measures on some data, and what it measures unless told otherwise. */
export interface TaskMetrics {
  readonly measures: readonly MetricOutcome[];
  readonly metrics: readonly Call[];
}
export interface TaskCapabilities<C extends Call = Call> {
  /** Roles that the data must have. */
  readonly roles: readonly string[];
  /** Others that serve as well. */
  readonly orRoles?: readonly string[];
  /** Roles that a training needs beside these. */
  readonly trainingRoles?: CallFunction<C, readonly string[]>;
  /** Labels that the call names, which the data must have. */
  readonly names?: CallFunction<C, readonly string[]>;
  /** How a row of the data becomes input of the model. */
  readonly rowFormat: RowFormatCapabilities;
  /** The head that the call asks for is of no class elsewhere, and no base has it: it always begins anew. */
  readonly ours?: CallFunction<C, boolean>;
  /** What it decides of a row, of what its logits may be fitted to rows; absent: nothing of that sort. */
  readonly decides?: "one" | "several";
  /** What it says of labels or tokens can be learnt of another model; a refusal: nothing of such a model can. */
  readonly taught?: true | Refusal;
  /** Rows are conversations, fed whole. */
  readonly conversation?: true;
  /** It says of whole texts what follows from one logit: which tokens spoke for it can be told. */
  readonly why?: true;
  /** A base does it as it is, never trained. */
  readonly untrained?: true;
  /** Whether texts are held beside all others of their batch, so that parts of a batch are not the batch. */
  readonly batchwise?: CallFunction<C, boolean, [roles: readonly string[]]>;
  /** What of a made row its models would have to know by heart: the label of a text, or the text that is written. Absent: no such rows are made. */
  readonly canary?: "labelled" | "written";
  /** What of its call is counted over the rows that train, so that rows weigh on others; absent, and null: nothing. */
  readonly counts?: CallFunction<C, string | null>;
  /** Its head learns numbers by the mean and the spread of those of all rows that train. */
  readonly standardises?: true;
  /** Share of the tokens of a batch at which the logits of the whole vocabulary are made; absent: the head names no token. */
  readonly unmasks?: CallFunction<C, number>;
  /** Elements of what its head adds, for `hidden` features and `labels` labels. */
  parameters(hidden: number, labels: number, on: HeadContext): number;
  /** What it can be measured by. */
  readonly measures: readonly MetricOutcome[];
  /** Measured where nothing else is asked for. */
  readonly metrics?: readonly Call[];
  /** Both, where they follow from the roles that the data have. */
  readonly byRoles?: (roles: readonly string[], task: Call) => TaskMetrics;
}

/** Elements, counted over the shapes of a base (what is frozen is left out of them). */
type Count<C extends Call> = CallFunction<
  C,
  number,
  [shapes: WeightShapes, layout: FamilyCapabilities["layout"] | undefined, base: BaseFacts]
>;
export interface TechniqueCapabilities<C extends Call = Call> {
  /** What makes up a trained model: every weight, or what trains (over a base that stays what it was). */
  readonly saves: "model" | "trained";
  /** Every weight trains, so that they may begin at random. */
  readonly whole?: true;
  /** No weight of the base trains, and none is added. */
  readonly bare?: true;
  /** What it trained goes into the base's own weights: the model can be written whole. */
  readonly merges?: true;
  /** Trainable parameters beside the head, from the base's shapes; absent: of a word that came as data alone, from another thread. */
  readonly trainableParameters?: Count<C>;
  /** Whether what trains is added to the base, or how much of it is; absent: none. */
  readonly adds?: true | Count<C>;
  /** What trains is found at once, from one reading of the rows, instead of by steps: that is its one update. */
  readonly exact?: CallFunction<C, boolean>;
  /** Positions that it takes from a text. */
  readonly virtualTokens?: CallFunction<C, number>;
  /** How it is written where training all weights takes too much. */
  readonly suggested?: string;
  /** The strategy that has made it, and alone makes room in it for the next data. */
  readonly grownBy?: string;
}

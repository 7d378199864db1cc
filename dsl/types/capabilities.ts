/**
 * What words say of themselves, by kind: facts that checker, plan and runner read instead of asking which word it is. `dsl`
 * knows kinds and no word. Rooms of stdlib merge in what they read themselves (`declare module "#dsl/types/capabilities.js"`).
 */
import type { BaseFacts, Made } from "./facts.js";
import type { Held, Learning, TaughtOf } from "./held.js";
import type { FromScratch, SizeFields } from "./from-scratch.js";
import type { BarSaid, Drawn, Promised } from "./promised.js";
import type { Served } from "./served.js";
import type { Call, Value } from "./value.js";

export type { FromScratch, SizeFields, SpecialRole } from "./from-scratch.js";
export type { BarSaid, Drawn, Promised } from "./promised.js";

export type Shapes = BaseFacts["shapes"];

/** Kinds of words. A kind that says nothing of its words but what every word says has `NothingMore`. */
export interface Kinds<C extends Call = Call> {
  verb: NothingMore;
  reserved: NothingMore;
  experiment: NothingMore;
  source: SourceCapabilities<C>;
  cleaner: CleanerCapabilities<C>;
  split: SplitCapabilities<C>;
  conversation: NothingMore;
  template: NothingMore;
  model: FamilyCapabilities;
  tokenizer: NothingMore;
  storage: StorageCapabilities<C>;
  part: PartCapabilities<C>;
  task: TaskCapabilities<C>;
  technique: TechniqueCapabilities<C>;
  optimizer: NothingMore;
  schedule: NothingMore;
  loss: NothingMore;
  metric: MetricCapabilities<C>;
  bar: BarCapabilities<C>;
  contender: ContenderCapabilities<C>;
  slicing: NothingMore;
  attack: AttackCapabilities;
  calibration: CalibrationCapabilities<C>;
  keeping: NothingMore;
  stopping: NothingMore;
  cadence: NothingMore;
  decoder: NothingMore;
  search: SearchCapabilities<C>;
  space: SpaceCapabilities;
  relation: RelationCapabilities;
  term: TermCapabilities;
  pruner: NothingMore;
  tracker: NothingMore;
  runner: RunnerCapabilities<C>;
  strategy: StrategyCapabilities;
  student: StageCapabilities<C>;
  sparsity: StageCapabilities<C>;
  quantization: StageCapabilities<C>;
  lesson: LessonCapabilities;
  privacy: PrivacyCapabilities<C>;
  aggregator: AggregatorCapabilities;
  partition: PartitionCapabilities<C>;
  compressor: CompressorCapabilities;
  subject: NothingMore;
  target: TargetCapabilities<C>;
  secret: SecretCapabilities;
}
export type Kind = keyof Kinds;
export type NothingMore = never;

/** A function that takes the word's own call, whose arguments are those of its parameters. */
type Of<C extends Call, R, More extends readonly unknown[] = []> = { of(call: C, ...more: More): R }["of"];

export interface CleanerCapabilities<C extends Call = Call> {
  /** One row more may drop or change several others. */
  readonly spreads?: Of<C, boolean>;
}

export interface SourceCapabilities<C extends Call = Call> {
  /** It takes a live value of the notebook: `source: $rows`. */
  readonly live?: true;
  /** Its path is a folder, or what a hub calls so; it brings splits of its own unless one is asked for (`split`). */
  readonly hosted?: true;
  /** What it names that may be files or patterns of files, where it has no `path`. */
  readonly names?: Of<C, readonly string[]>;
}

/** A bar that the score of a metric is held to. */
export interface BarCapabilities<C extends Call = Call> {
  readonly metric: Of<C, Call>;
  /** In words (`at least`), the number, and as it was written (`80 %`), with the metric's unit where it has one. */
  readonly bar: Of<C, BarSaid, [unit?: string]>;
  /** Never of NaN. */
  readonly clears: Of<C, boolean, [score: number]>;
}

/** What stands beside models in an evaluation and is none that was trained here. */
export interface ContenderCapabilities<C extends Call = Call> {
  /** Whether it learns from the split `train` of the data that are scored. */
  readonly learns: Of<C, boolean>;
  /** Whether it says the same of all rows, so that beating it is the least. */
  readonly constant?: Of<C, boolean>;
  /** The arguments by which it puts a head of its own on a frozen base: what `NAME.base` is where the base has no head. */
  readonly probes?: Readonly<Record<string, Value>>;
  /** Why it can't do a model's task, and what to compare with instead; null: it can. */
  readonly refuses: Of<C, Refusal | null, [wanted: Wanted]>;
}
/** What a contender is to do. */
export interface Wanted {
  readonly task: Call;
  readonly has: TaskCapabilities | undefined;
  /** Those of the data. */
  readonly roles: readonly string[];
}
export interface Refusal {
  /** Stands after a colon. */
  readonly why: string;
  /** Stands after "compare with". */
  readonly instead: string;
}

/** What a task decides of a row: one label of several (of two they are `two` too), or any number of them. */
export type Decides = "one" | "two" | "several";
/** What is fitted to rows of validation after a training. */
export interface CalibrationCapabilities<C extends Call = Call> {
  readonly of: readonly Decides[];
  /** What tells whether it helped. */
  readonly measured: Of<C, Call>;
  /** It changes probabilities, which others go by: it is fitted before these. */
  readonly probabilities?: true;
}

export interface SplitCapabilities<C extends Call = Call> {
  /** What the splits are called stands in the data. */
  readonly namedByData?: true;
  /** What the splits are called, where that isn't what the shares among its arguments are. */
  readonly names?: Of<C, readonly string[]>;
  /** Into how many folds it parts the rows, each of which one training holds out; null: it names the one that is. */
  readonly folds?: Of<C, number | null>;
}

/** A family of models. */
export interface FamilyCapabilities {
  /** What its tokenizer and special tokens are where it is made from scratch; absent: it never is. */
  readonly scratch?: FromScratch;
  /** Where config.json tells its sizes. */
  readonly sizes: SizeFields;
  /** Of encoder-decoders: what tells the work on tokens that are read from that on those that are written. */
  readonly stacks?: Stacks;
  /** The layer that gates a block's inner one, by its path; absent: there is none. */
  readonly gate?: RegExp;
  /** How its linear layers lie in a checkpoint; absent: as [out, in]. */
  readonly layout?: "in_out" | "out_in";
}
export interface Stacks {
  /** Fields of config.json that tell the layers of each. */
  readonly encoder: readonly string[];
  readonly decoder: readonly string[];
  /** Which tokens meet a matrix; null: none, rows are looked up in it. */
  meets(path: string, shapes: Shapes): "read" | "written" | null;
}
export interface StorageCapabilities<C extends Call = Call> {
  /** Bytes of a base's weights as they are stored. `writes`: a head over the vocabulary reads the table of tokens whole. */
  readonly weightBytes: Of<C, number, [shapes: Shapes, writes: boolean]>;
  /** Weights lie as they are computed with: a plan needn't tell it. */
  readonly plain?: true;
  /** How it is written where memory is short and this is what helps. */
  readonly suggested?: string;
}

/** A part of a model that can be held fast. */
export interface PartCapabilities<C extends Call = Call> {
  /** Whether a parameter belongs to it, by its path, with the family's prefix or without it. */
  readonly holds: Of<C, boolean, [path: string]>;
}

/** How a model goes on learning from new data. */
export interface StrategyCapabilities {
  /** It says all of how data are learnt, and no other stands beside it. */
  readonly alone?: true;
  /** It is fed rows of earlier data: one such strategy says which. */
  readonly remembers?: true;
  /** It keeps what the model says of rows: a task that decides something of each (`TaskCapabilities.decides`). */
  readonly recalls?: true;
  /** Whether it goes by what each row says by itself. */
  readonly byRow?: (call: Call) => boolean;
  /** What of its call asks for rows with one label of several, and what it comes to without; absent, and null: nothing. */
  readonly oneLabel?: (call: Call) => { readonly asked: string; readonly instead: string } | null;
  /**
   * What it makes of a model's technique for the data that come next; absent: it stays as it is. `before`: its own call, as it
   * was made whole, for the latest data that it stood with; null: there were none. `shapes`: of the base, where it is known.
   */
  readonly grows?: (call: Call, technique: Call, before: Call | null, shapes?: Shapes) => Grown | Refusal;
}
/** A stage of what makes a model smaller: what becomes of its weights before anything is trained, and whether something is. */
export interface StageCapabilities<C extends Call = Call> {
  /** The base that stands in place of the model's weights; absent, and null: these. */
  readonly base?: Of<C, string | null>;
  /** What the base is once it is made smaller; absent: as it was. */
  readonly makes?: Of<C, Made | Refusal, [of: BaseFacts, family: FamilyCapabilities | undefined]>;
  /** Why it can't learn a task from another model, and what to do instead; absent, and null: it can. */
  readonly refuses?: Of<C, Refusal | null, [wanted: Taught]>;
  /** What is held of the model that is learnt from where it runs beside in the same program; absent, and null: it doesn't. */
  readonly beside?: Of<C, Held | null, Learning<TaskCapabilities, FamilyCapabilities>>;
  /** So many texts are made of each row, and learnt as rows without labels are; absent: none. */
  readonly adds?: Of<C, number>;
  /** It is trained by a recipe; absent: it takes no step. */
  readonly trains?: true;
  /** So many rows of the training data are looked at for it; absent, and null: none is. */
  readonly calibrates?: Of<C, number | null>;
}
export type Taught = TaughtOf<TaskCapabilities>;
/** What a model learns of another one. */
export interface LessonCapabilities {
  /** Of what the other says of rows, of what goes on within it, or of the rows' own labels. */
  readonly of: "said" | "within" | "labels";
}
/** What may be learnt of single rows from what was trained. */
export interface PrivacyCapabilities<C extends Call = Call> {
  /** Whose privacy it is, as the call says; null: it doesn't. */
  readonly unit: Of<C, "row" | "client" | null>;
  /** The greatest norm of what one unit says. */
  readonly clip: Of<C, number>;
  /** The promise, and the least noise that keeps it over so many steps; the call made whole. */
  readonly promises: Of<C, Promised | Refusal, [of: Drawn]>;
}
/** What becomes of the updates of clients. */
export interface AggregatorCapabilities {
  /** It looks at each update by itself: sums of masked ones are not enough. */
  readonly each?: true;
  /** Fewest clients of a round, by its call; absent: one. */
  readonly least?: (call: Call) => number;
  /** Clients keep something from round to round. */
  readonly keeps?: true;
  /** Vectors that go to a client beside the weights, and back beside its update, each as long; absent: none. */
  readonly beside?: number;
}
/** How rows of one data set are given to clients. */
export interface PartitionCapabilities<C extends Call = Call> {
  /** Clients that the call names; null: as many as the column that it parts by has values. */
  readonly clients: Of<C, number | null>;
  /** The column by whose values it parts, or the rows' label; null: by nothing. */
  readonly by?: Of<C, { readonly column: string } | "label" | null>;
  /** Fewest rows of a client; absent: one. */
  readonly least?: Of<C, number>;
}
/** What makes updates smaller. */
export interface CompressorCapabilities {
  /** It leaves values out, others for each client. */
  readonly sparse?: true;
}

/** A technique that has room for the next data. */
export interface Grown {
  readonly technique: Call;
  /** The strategy's call, made whole. */
  readonly strategy: Call;
  /** Why the technique's arguments that differ are what they are. */
  readonly why: string;
  /** A layer that has no direction left, now that these data have theirs; absent: all have some, or had none before. */
  readonly crowded?: { readonly layer: string; readonly inputs: number; readonly ranks: number };
}

/** What a task's head is put on: what the word of the base's family says of it, and the base itself. */
export interface HeadOn {
  readonly family: FamilyCapabilities | undefined;
  readonly base: BaseFacts;
  /** The task's; absent: without arguments. */
  readonly call?: Call;
}
/** What a task measures on some data, and what it measures unless told otherwise. */
export interface Measured {
  readonly measures: readonly Outcome[];
  readonly metrics: readonly Call[];
}
export interface AttackCapabilities {
  /** What it is told of: the rows that trained and others, or rows that were made and put among them. */
  readonly asks: "rows" | "planted";
}
export interface TaskCapabilities<C extends Call = Call> {
  /** Roles that the data must have. */
  readonly roles: readonly string[];
  /** Others that serve as well. */
  readonly orRoles?: readonly string[];
  /** Roles that a training needs beside these. */
  readonly trainingRoles?: Of<C, readonly string[]>;
  /** Labels that the call names, which the data must have. */
  readonly names?: Of<C, readonly string[]>;
  /** What its rows teach: labels (absent), each next token of a text, or a text that is made of another. */
  readonly supervision?: "label" | "next_token" | "sequence";
  /** The head that the call asks for is of no class elsewhere, and no base has it: it always begins anew. */
  readonly ours?: Of<C, boolean>;
  /** What it decides of a row, of what its logits may be fitted to rows; absent: nothing of that sort. */
  readonly decides?: "one" | "several";
  /** Rows are conversations, fed whole. */
  readonly conversation?: true;
  /** It says of whole texts what follows from one logit: which tokens spoke for it can be told. */
  readonly why?: true;
  /** A base does it as it is, never trained. */
  readonly untrained?: true;
  /** Whether texts are held beside all others of their batch, so that parts of a batch are not the batch. */
  readonly batchwise?: Of<C, boolean, [roles: readonly string[]]>;
  /** What of a made row its models would have to know by heart: the label of a text, or the text that is written. Absent: no such rows are made. */
  readonly canary?: "labelled" | "written";
  /** What of its call is counted over the rows that train, so that rows weigh on others; absent, and null: nothing. */
  readonly counts?: Of<C, string | null>;
  /** Its head learns numbers by the mean and the spread of those of all rows that train. */
  readonly standardises?: true;
  /** Share of the tokens of a batch at which the logits of the whole vocabulary are made; absent: the head names no token. */
  readonly unmasks?: Of<C, number>;
  /** Elements of what its head adds, for `hidden` features and `labels` labels. */
  parameters(hidden: number, labels: number, on: HeadOn): number;
  /** What it can be measured by. */
  readonly measures: readonly Outcome[];
  /** Measured where nothing else is asked for. */
  readonly metrics?: readonly Call[];
  /** Both, where they follow from the roles that the data have. */
  readonly byRoles?: (roles: readonly string[], task: Call) => Measured;
}

/** Elements, counted over the shapes of a base (what is frozen is left out of them). */
type Count<C extends Call> = Of<
  C,
  number,
  [shapes: Shapes, layout: FamilyCapabilities["layout"] | undefined, base: BaseFacts]
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
  readonly exact?: Of<C, boolean>;
  /** Positions that it takes from a text. */
  readonly virtualTokens?: Of<C, number>;
  /** How it is written where training all weights takes too much. */
  readonly suggested?: string;
  /** The strategy that has made it, and alone makes room in it for the next data. */
  readonly grownBy?: string;
}

/** Sorts of outcomes that metrics measure. Rooms of stdlib name more. */
export interface Outcomes {
  label: true;
  next_token: true;
  /** What only a text that the model writes can be measured by. */
  written: true;
  /** How long an answer takes. */
  time: true;
  /** What a model takes, whatever it answers: its weights in files, and its memory. */
  cost: true;
}
export type Outcome = keyof Outcomes;
// oxlint-disable-next-line no-unused-vars -- what stdlib merges in takes the call
export interface MetricCapabilities<C extends Call = Call> {
  readonly greaterIsBetter: boolean;
  /** Outcomes that it measures. */
  readonly of: readonly Outcome[];
  /** It is what training goes by, which a recipe watches that names no metric. The vocabulary has one such word. */
  readonly usual?: true;
  /** What to measure beside it where nearly all rows have one label, which it hides. */
  readonly hidesRare?: string;
}

/** What a program names and never holds. */
export interface SecretCapabilities {
  readonly held: "outside";
}

/** What a trained model is written as. */
export interface TargetCapabilities<C extends Call = Call> {
  /** What is named: a folder that is filled, or a file; absent: nothing is written. */
  readonly writes?: "folder" | "file";
  /** It answers requests until it is stopped, of several models too, under a name of its own. */
  readonly serves?: Of<C, Served>;
  /** How the names of such files end. */
  readonly ending?: string;
  /** Of one that writes a file: ends of the names of others that it writes beside, in place of `ending`. */
  readonly beside?: readonly string[];
  /** It holds models alone whose tasks continue texts. */
  readonly continues?: true;
  /** It holds models of these tasks alone; absent: of any. */
  readonly tasks?: readonly string[];
  /** The parameter that sends it elsewhere than to a place here. */
  readonly sentBy?: string;
  /** The parameter that may fix how many texts are read at once, and how many tokens of each. */
  readonly shapedBy?: string;
}

/** How two numbers of a point must stand to each other. */
export interface RelationCapabilities {
  holds(one: number, other: number): boolean;
}
/** What is made of several numbers of a point. Grows with each of them, as long as none is below 0. */
export interface TermCapabilities {
  of(numbers: readonly number[]): number;
}
/** What chooses the next trial of a sweep. */
export interface SearchCapabilities<C extends Call = Call> {
  /** It chooses by what earlier trials came to. */
  readonly learns?: true;
  /** It goes through what there is and ends: no number of trials need be said. */
  readonly ends?: true;
  /** Of one that ends: how many values it takes of a range in which every number counts; null: it takes none such. */
  readonly points?: Of<C, number | null>;
  /** It learns from the scores of one goal; `instead`: the search that learns from those of several. */
  readonly oneGoal?: { readonly instead: string };
}

/** Where the work of a statement is done: by workers that share it, or by clients that each have rows of their own. */
export type RunnerCapabilities<C extends Call = Call> = WorkerCapabilities<C> | CarrierCapabilities<C>;
/** It starts workers, which take what work there is. */
export interface WorkerCapabilities<C extends Call = Call> {
  /** How many workers there are; null: as many as there is room for, which is asked when they are started. */
  readonly workers: Of<C, number | null>;
  /** Threads that each has, of a machine with so many. */
  readonly threads: Of<C, number, [cores: number]>;
  /** What they are, in the plural: they share the memory and the processor of the notebook's machine, or have their own. */
  readonly are: string;
  readonly here: boolean;
  /** Graphics cards that each has; absent: none that the runner knows of. */
  readonly gpus?: Of<C, number>;
  /** What one costs in an hour, in whatever money; absent or null: nobody said. */
  readonly price?: Of<C, number | null>;
  /** Where the search of a sweep runs whose trials it does; null: beside its workers, if it can. Absent: in the notebook. */
  readonly search?: Of<C, "here" | "cluster" | null>;
}
/** It carries what is said between who leads a federation and its clients, and does no other work. */
export interface CarrierCapabilities<C extends Call = Call> {
  /** How many clients join by themselves; null: those whose data the statement names are started. */
  readonly federates: Of<C, number | null>;
}

export interface SpaceCapabilities {
  /** How values are drawn: of a list, or of a range, evenly or by orders of magnitude. */
  readonly space: "choice" | "uniform" | "log";
}

/**
 * What a Tune source comes to once everything is resolved: plain JSON, no span-less magic, defaults filled in.
 * The host (kernel, CLI, tests) runs `Action`s in order. `Recipe` holds everything that can change a number.
 */
import type { Span } from "../diagnostics/span.js";
import type { CompressPlan, Compressing } from "./compressing.js";
import type { AutoPlan, SweepGoal } from "./auto.js";
import type { BaseOrigin, LanguageReading, TrialsOf } from "../types/facts.js";
import type { DataPlan, ModelPlan } from "../types/subject.js";
import type { Call, SplitName, Value } from "../types/value.js";
import type { Deploying, Serving } from "./deploying.js";
import type { Showing } from "./showing.js";

export type { SweepGoal };

export interface RecipePlan {
  readonly epochs: number | null;
  readonly steps: number | null;
  /** Rows in one batch (packed rows with `packing`). */
  readonly batch_size: number;
  /** Batches in one update. */
  readonly accumulate: number;
  /** How often workers average their weights, and how many do: other numbers come of it. Absent: each update is of all. */
  readonly average?: Call;
  readonly ranks?: number;
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
  /** What may be learnt of single rows or clients; absent: nobody said. */
  readonly privacy?: PrivacyPlan;
  /** Rows that were made and stand among those that train, and how often each does; absent: none. */
  readonly canaries?: number;
  readonly canary_copies?: number;
}
/** Noise and clipping, and what they promise. */
export interface PrivacyPlan {
  /** As written, made whole. */
  readonly call: Call;
  /** Whose privacy it is. */
  readonly unit: "row" | "client";
  readonly epsilon: number;
  readonly delta: number;
  /** Greatest norm of what one unit says. */
  readonly clip: number;
  /** Standard deviation of the noise of a sum, in units of `clip`. Of rows of clients that join it is each client's own, and stands here as 0. */
  readonly noise: number;
  /** Chance of each unit to be in an update, and updates in all; 0 of both where each client has its own. */
  readonly rate: number;
  readonly steps: number;
}

/** Everything that can change a number in the result. Hashed (RFC 8785 + SHA-256) to `recipeHash`. */
export interface Recipe {
  readonly data: DataPlan;
  readonly dataHash: string | null;
  readonly model: ModelPlan;
  readonly training: RecipePlan;
  /** Experiments that are on, sorted; absent: none. */
  readonly experiments?: readonly string[];
  /** It goes on from trained weights; absent: it begins from its base. */
  readonly update?: UpdatePlan;
  /** It learns in rounds from several clients; `training` is of each client's part in one. Absent: its rows are at hand. */
  readonly federated?: FederatedPlan;
  /** It is made of a larger model. */ readonly compress?: CompressPlan;
}
/** A model that learns from data that stay where they are. */
export interface FederatedPlan {
  /** Further data, where each is one client's: `Recipe.data` is the first's. Empty: `clients` parts `Recipe.data`, or the runner's clients have their own. */
  readonly others: readonly { readonly data: DataPlan; readonly dataHash: string | null }[];
  /** How the rows of one data set are given to clients; null: each data set is one. */
  readonly clients: Call | null;
  /** Clients that join by themselves, with data of their own that nobody here reads; absent: the program names the data. */
  readonly joined?: number;
  readonly rounds: number;
  /** Clients of a round: a share of them, or their number. */
  readonly participation: { readonly share: number } | number;
  /** Share of these that is lost before they answer, drawn for each round. */
  readonly stragglers: number;
  readonly aggregate: Call;
  readonly secure_aggregation: boolean;
  /** What makes updates smaller, one after the other. */
  readonly compression: readonly Call[];
  /** What of the model each client keeps for itself: it is trained and never sent. Absent: all that trains travels. */
  readonly personal?: readonly "head"[];
}
/** What a model that goes on learning begins with, and how it keeps what it knows. */
export interface UpdatePlan {
  /** What tells the weights that the first stage begins with. */
  readonly start: string;
  readonly strategy: readonly Call[];
  /** Recipes of the stages before this one, the first first. */
  readonly before: readonly string[];
  /** Hash of the texts that shall be forgotten, which stand in no plan; absent: none. */
  readonly forget?: string;
}
/** Where things go; hashed with the recipe into `planHash`. */
export interface Effects {
  readonly run: string; // name of the run: the model's, or that after `as`
  /** How many trainings it is, with as many seeds; absent: one. */
  readonly repeats?: number;
  /** It runs in a process of its own, which nothing here ends; absent: it runs where it is asked for. */
  readonly detach?: true;
  /** What runs it, where that is not one process; it changes no number. */
  readonly runner?: Call;
  readonly engine: string; // auto | tensorflow | tfjs
  readonly threads: number | null;
  /** Which activations are computed again: what the recipe says, or what `auto` chose for this machine's memory. */
  readonly recompute: "none" | "blocks";
  /** Warnings that were found and are allowed: code, reason, and the statement that says so. Absent: none. */
  readonly allowed?: readonly { readonly code: string; readonly reason: string; readonly of: string }[];
}
/** Workers that share the updates of a training. */
export interface Sharing {
  readonly count: number;
  readonly threads: number;
  /** They have machines of their own; absent: they share this one. */
  readonly elsewhere?: true;
  /** Graphics cards of each; absent: none. */
  readonly gpus?: number;
  /** What each costs in an hour; absent: nobody said. */
  readonly price?: number;
}
export interface Estimates {
  readonly parameters: number;
  readonly trainable: number;
  readonly rows: number;
  readonly steps: number;
  /** Clients have rows that nobody here counts: rows, tokens, effort and time aren't known, and stand as 0 or null. */
  readonly elsewhere?: true;
  /** Parameters of the model that it is made of or learns from. */ readonly larger?: number;
  /** Rows without labels that stand beside the others, as many in each batch: of all that are drawn from. Absent: none. */
  readonly drawn?: { readonly rows: number; readonly tokens: number };
  /** Real (unpadded) tokens over the whole run, those of rows without labels among them. */
  readonly tokens: number;
  readonly memoryBytes: number;
  /** Processes that share each update, and threads of each; `memoryBytes` is of all that are on this machine. Absent: one. */
  readonly ranks?: Sharing;
  /** Of `trainable`, what stays with each client of a federation; absent: nothing. */
  readonly personal?: number;
  /** What the base's weights take of it, where they are stored in fewer bits than f32. */
  readonly storedBytes?: number;
  /** Effort of the whole run in FLOPs of f32 products (estimates.ts). */
  readonly flops: number;
  /** Validations of the whole run, the rows of each, and their effort besides; absent: none. */
  readonly validating?: { readonly times: number; readonly rows: number; readonly flops: number };
  readonly seconds: number | null; // null: this machine was not measured yet
  /** What those seconds may well be; absent where they are not known, and in runs of before. */
  readonly secondsBetween?: readonly [least: number, most: number];
}
/** Path in the recipe (`training.batch_size`) to where its value came from, with the sentence for derived ones. */
export type Origins = Readonly<
  Record<
    string,
    {
      readonly from: "written" | "default" | "derived" | "parameter" | "reference";
      readonly why?: string;
      /** What a value of null comes to, in words. */
      readonly stands?: string;
    }
  >
>;

export interface Plan {
  readonly version: 1;
  readonly recipe: Recipe;
  readonly effects: Effects;
  readonly estimates: Estimates;
  readonly origins: Origins;
  /** Where the base's weights come from; absent: a folder that doesn't say, or nothing (from scratch). */
  readonly base?: BaseOrigin;
  /** Where the rows come from, where there is something to say (`DataFacts.sources`). */
  readonly sources?: readonly string[];
  /** Tokens of the base for each word, by language. */
  readonly reads?: readonly LanguageReading[];
  /** Personal data that is in the texts: rows by column and sort, never what. */
  readonly personal?: readonly {
    /** Of a federation whose clients have data of their own: whose; absent: there is one data set. */
    readonly data?: string;
    readonly column: string;
    readonly entity: string;
    readonly rows: number;
    /** Rows that were looked through for it, where not all were. */
    readonly looked?: number;
  }[];
  /** Of data that people annotated: rows, and who. */
  readonly annotated?: { readonly rows: number; readonly by: readonly string[] };
  readonly recipeHash: string;
  readonly planHash: string;
}

/** What evaluate and predict work on. */
export type Subject =
  | { readonly data: DataPlan; readonly split: SplitName | null }
  | { readonly texts: readonly string[] }
  | { readonly live: string };

/** A model of a fold, and the data with that fold as their split `validation`. */
export interface Held {
  readonly name: string;
  readonly data: DataPlan;
}
/**
 * A word's call, and the folder that its paths are relative to; or the base of a model as it was before its training, with the
 * call that puts a head on it where it has none for the model's labels (absent: the task needs none).
 */
export type Contender =
  | { readonly call: Call; readonly folder: string }
  | { readonly baseOf: string; readonly folder: string; readonly probe?: Call };

/** In which order rows are asked about: those that a model is least sure of, those whose label is probably wrong, or by chance. */
export type AskOrder = "uncertainty" | "label_issues" | "random";

export interface Writing {
  readonly decode: Call;
  readonly max_tokens: number;
  readonly stop: readonly string[];
}

export type CompressStage = Compressing<Plan>["stages"][number];
/** One data set of several that a model learns one after the other. */
export interface UpdateStage {
  /** What the model is called as it is after it. */
  readonly name: string;
  readonly plan: Plan;
}

/** What a host does, by verb: the verb's record reads its statements into this. Open, as `CodeData` is. */
export interface Actions {
  /** `told`: codes of warnings that its statement was given or allows, so that nobody tells the same again. Absent: none. */
  data: { readonly name: string; readonly data: DataPlan; readonly told?: readonly string[] };
  model: { readonly name: string; readonly model: ModelPlan };
  recipe: { readonly name: string; readonly recipe: Partial<RecipePlan> };
  parameters: { readonly values: Readonly<Record<string, Value>> };
  train: {
    readonly name: string;
    readonly plan: Plan;
    readonly resume: boolean;
    /** What is fitted to the rows of validation once it is trained; absent: nothing. */
    readonly calibrate?: readonly Call[];
    /** It goes on in a process of its own, and the statement ends at once; absent: it doesn't. */
    readonly detach?: true;
    /** What was evaluated before isn't scored again; absent: it is. */
    readonly forgetting?: false;
    /** Of data in folds: each model that is trained; `plan` is the first one's. */
    readonly folds?: readonly { readonly name: string; readonly plan: Plan }[];
    /** Of several seeds: each model that is trained. `recipeHash`: what tells the weights that stay under the name. */
    readonly repeats?: {
      readonly each: readonly { readonly name: string; readonly plan: Plan }[];
      readonly recipeHash: string;
    };
  };
  update: {
    /** What the model is called afterwards. */
    readonly name: string;
    /** The model whose weights it begins with. */
    readonly start: string;
    readonly stages: readonly UpdateStage[];
    readonly resume: boolean;
    /** Texts of rows that shall be forgotten. */
    readonly forget?: readonly string[];
    /** What was evaluated before isn't scored with its own data; absent: it is. */
    readonly forgetting?: false;
    /** Nobody wrote a strategy: it is the usual one. Absent: somebody did. */
    readonly usual?: true;
  };
  compress: Compressing<Plan>;
  federate: {
    /** What the model is called afterwards. */
    readonly name: string;
    readonly plan: Plan;
    readonly resume: boolean;
  };
  attach: {
    readonly name: string;
    /** Folder of its run, or of several trainings that run as one; null: a statement of this notebook starts it, and it is found by its name. */
    readonly run: string | null;
  };
  evaluate: {
    readonly names: readonly string[];
    readonly on: readonly Subject[];
    readonly metrics: readonly Call[];
    readonly batch_size: number;
    readonly worst: number;
    /** What parts the rows, for scores of each part: columns of the source, and words; absent: nothing that was asked for. */
    readonly by?: readonly (string | Call)[];
    readonly uncertain: number;
    /** What is tried to find out of the rows that trained; absent: nothing. */
    readonly attacks?: readonly Call[];
    /** Bars that the first model's scores must clear; absent: none. Their metrics are among `metrics`. */
    readonly require?: readonly Call[];
    /** How text is written where it is scored; absent: the task writes none. */
    readonly decode?: Call;
    /** Null: as many as the model's `max_length`. */
    readonly max_tokens?: number | null;
    /** Of names that are no model's: what stands there beside models. A model is the first of `names`. */
    readonly contenders?: Readonly<Record<string, Contender>>;
    /** Of names that are several models, one for each fold: these, and the rows that each didn't see. */
    readonly folds?: Readonly<Record<string, readonly Held[]>>;
  };
  predict: {
    readonly name: string;
    readonly on: Subject;
    readonly as: string | null;
    readonly batch_size: number;
    /** How text is written; null: the task writes none. */
    readonly writing: Writing | null;
    /** Whether it is shown which words spoke for the answers; absent: no. */
    readonly why?: "left_out" | "gradient";
  };
  /** `detach`: it goes on in a process of its own, and the statement ends at once; absent: it doesn't. */
  sweep: { readonly name: string; readonly sweep: SweepPlan; readonly detach?: true };
  /** A sweep that the host writes. */
  auto: { readonly name: string; readonly auto: AutoPlan };
  deploy: Deploying<Subject>;
  /** Models that answer requests from now on. */
  serve: Serving;
  show: Showing<Subject>;
  annotate: {
    /** What the annotated data are called. */
    readonly name: string;
    readonly data: DataPlan;
    /** The data as their source has them, and the split whose rows are asked about; null: all. */
    readonly from: DataPlan;
    readonly split: SplitName | null;
    readonly model: string | null;
    readonly order: AskOrder;
    /** Null: whoever runs it. */
    readonly annotator: string | null;
    /** Most rows that are asked about; null: all. */
    readonly rows: number | null;
  };
  engine: { readonly settings: Readonly<Record<string, Value>> };
  experiment: object;
  report: {
    /** What is written of: names of this notebook, or runs by their folder. */
    readonly of: readonly ({ readonly name: string; readonly is: "model" | "sweep" } | { readonly run: string })[];
    /** As it was written; null: it is called after what it is of. */
    readonly path: string | null;
    /** Texts of rows too: what was mistaken, and what the model was least sure of. */
    readonly rows: boolean;
  };
  use: { readonly path: string };
}
/** Where trainings belong, and who is told of them. */
export interface Experiment {
  readonly name: string;
  readonly notes: string;
  readonly trackers: readonly Call[];
}
interface At {
  /** The experiment that stood above; absent: none did. */
  readonly experiment?: Experiment;
  /** The whole statement and the name that is most to blame when it fails as a whole. */
  readonly span: Span;
  readonly source: string;
}
export type ActionOf<V extends keyof Actions> = At & { readonly verb: V } & Actions[V];
export type Action = { [V in keyof Actions]: ActionOf<V> }[keyof Actions];

/** A space over one dotted path of data, model or recipe; values that are calls are spaces and may nest. */
export type Space =
  | { readonly space: "choice"; readonly of: readonly (Value | Space | NestedCall)[] }
  | {
      readonly space: "log" | "uniform";
      /** Both ends are included. */
      readonly from: number;
      readonly to: number;
      readonly integer: boolean;
      /** Only from, from + step, from + 2 step, … to; absent: every number between. */
      readonly step?: number;
      /** The numbers are shares, and written as such: 0.2 is `20%`. */
      readonly share?: true;
    };
/** A word whose arguments hold spaces: `lora(rank: choice(4, 8))`. */
export interface NestedCall {
  readonly nested: Call;
  readonly spaces: Readonly<Record<string, Space>>;
}
/** A number at a point: what stands at a path, a number, or what a word makes of several (`product`). */
export type SweepTerm =
  | { readonly path: string }
  | { readonly number: number }
  | { readonly term: string; readonly of: readonly SweepTerm[] };
/** Values that must stand so to each other: `at_most(technique.rank, technique.alpha)`. What has no number at a point says nothing there. */
export interface SweepRelation {
  readonly relation: string;
  readonly terms: readonly [SweepTerm, SweepTerm];
  /** Where that word is drawn for that path alone (`when: full`); absent: everywhere. */
  readonly when?: { readonly path: string; readonly word: string };
}
/** Whose trials the search sees before its first. */
export type SweepStart = TrialsOf;
export interface SweepPlan {
  /** Names as written: a trial is compiled as a Tune program of its own that varies them with `like`. */
  readonly model: string;
  readonly data: string;
  readonly recipe: string | null;
  readonly vary: Readonly<Record<string, Space>>;
  /** What the values of a point must be to each other (core/sweep/relations.ts judges); no other point is tried. Absent: nothing. */
  readonly where?: readonly SweepRelation[];
  readonly search: Call;
  /** Most trials; null: as many as the budget lets begin. */
  readonly trials: number | null;
  /** No new trial starts after so much time. */
  readonly budgetMs: number | null;
  /**
   * No new trial starts once the trials have trained on so many tokens (unpadded, each time one is read counts: what a trial's
   * own plan estimates for the steps that it took). Absent: no such bound.
   */
  readonly budgetTokens?: number;
  /** Seeds of each trial: its own and those that follow it (`repeats` of `train`). Its scores are their means, `TrialRecord.spread` keeps how far they lie apart. Absent: 1. */
  readonly repeats?: number;
  /** Their trials come first in the study, with numbers below 1, and are trained by nobody. Absent: none. */
  readonly start?: readonly SweepStart[];
  /** What the trials are ranked by: the first of `goals`. */
  readonly goal: SweepGoal;
  /** More than one: what is found is a front of trials, none of which is better in all. */
  readonly goals: readonly SweepGoal[];
  /**
   * Bars (`at_most(latency, 20ms)`) that the scores of a trial must clear to be the best, measured on the validation split beside
   * the goals; `TrialRecord.bars` keeps what was measured of each, in this order. Absent: none.
   */
  readonly require?: readonly Call[];
  /** What gives up poor trials; null: every trial is trained to its end. */
  readonly pruner: Call | null;
  /** Who trains the trials: it changes no number, and is in no hash. Absent: the notebook's own engine. */
  readonly runner?: Call;
  /** Trials that are open at a time, as far as memory does; absent: whoever runs them says. */
  readonly atOnce?: number;
  /** The plan of a trial before anything varies; a trial replaces paths in its recipe. */
  readonly plan: Plan;
  readonly seed: number;
}

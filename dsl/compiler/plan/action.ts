/** What a Tune source comes to: a host (kernel, command line, tests) does its `Action`s in order. */
import type { Span } from "../../language/diagnostics/span.js";
import type { CompressAction } from "./actions/compress-actions.js";
import type { AutoPlan } from "./sweep/auto.js";
import type { DataPlan, ModelPlan } from "../../language/types/subject.js";
import type { Call, SplitName, Value } from "../../language/types/value.js";
import type { DeployAction, ServeAction } from "./actions/deploy-actions.js";
import type { ShowAction } from "./actions/show-actions.js";
import type { Plan } from "./plan.js";
import type { RecipePlan } from "./recipe.js";
import type { SweepPlan } from "./sweep/sweep-plan.js";

/** What evaluate and predict work on. */
export type ActionSubject =
  | { readonly data: DataPlan; readonly split: SplitName | null }
  | { readonly texts: readonly string[] }
  | { readonly live: string };

/** A model of a fold, and the data with that fold as their split `validation`. */
export interface FoldModel {
  readonly name: string;
  readonly data: DataPlan;
}
/**
 * A word's call, and the folder that its paths are relative to; or the base of a model as it was before its training, with the
 * call that puts a head on it where it has none for the model's labels (absent: the task needs none).
 */
export type Baseline =
  | { readonly call: Call; readonly folder: string }
  | { readonly baseOf: string; readonly folder: string; readonly probe?: Call };

/** In which order rows are asked about: those that a model is least sure of, those whose label is probably wrong, or by chance. */
export type AnnotationOrder = "uncertainty" | "label_issues" | "random";

export interface GenerationSettings {
  readonly decode: Call;
  readonly max_tokens: number;
  readonly stop: readonly string[];
}

export type PlannedCompressStage = CompressAction<Plan>["stages"][number];
/** One data set of several that a model learns one after the other. */
export interface UpdateStage {
  /** What the model is called as it is after it. */
  readonly name: string;
  readonly plan: Plan;
}

/** What a host does, by verb: the verb's record reads its statements into this. Open, as `CodeData` is. */
export interface Actions {
  /** `told`: codes of warnings that its statement was given or allows, so that nobody tells the same again. Absent: none. */
  data: {
    readonly name: string;
    readonly data: DataPlan;
    readonly told?: readonly string[];
    /** It stands in a used file: nothing of it is shown, or read before it is asked for; absent: it stands here. */
    readonly brought?: true;
  };
  model: { readonly name: string; readonly model: ModelPlan; readonly brought?: true };
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
  compress: CompressAction<Plan>;
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
    readonly on: readonly ActionSubject[];
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
    readonly contenders?: Readonly<Record<string, Baseline>>;
    /** Of names that are several models, one for each fold: these, and the rows that each didn't see. */
    readonly folds?: Readonly<Record<string, readonly FoldModel[]>>;
  };
  predict: {
    readonly name: string;
    readonly on: ActionSubject;
    readonly as: string | null;
    readonly batch_size: number;
    /** How text is written; null: the task writes none. */
    readonly writing: GenerationSettings | null;
    /** Whether it is shown which words spoke for the answers; absent: no. */
    readonly why?: "left_out" | "gradient";
  };
  /** `detach`: it goes on in a process of its own, and the statement ends at once; absent: it doesn't. */
  sweep: { readonly name: string; readonly sweep: SweepPlan; readonly detach?: true };
  /** A sweep that the host writes. */
  auto: { readonly name: string; readonly auto: AutoPlan };
  deploy: DeployAction<ActionSubject>;
  /** Models that answer requests from now on. */
  serve: ServeAction;
  show: ShowAction<ActionSubject>;
  annotate: {
    /** What the annotated data are called. */
    readonly name: string;
    readonly data: DataPlan;
    /** The data as their source has them, and the split whose rows are asked about; null: all. */
    readonly from: DataPlan;
    readonly split: SplitName | null;
    readonly model: string | null;
    readonly order: AnnotationOrder;
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

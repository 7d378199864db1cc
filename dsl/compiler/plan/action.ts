/** Result of compiling a Tune source: a host (kernel, command line, tests) runs its `Action`s in order. */
import type { Span } from "../../language/diagnostics/span.js";
import type { CompressAction } from "./actions/compress-actions.js";
import type { AutoSweepPlan } from "./sweep/auto.js";
import type { DataPlan, ModelPlan, Call, SplitName, Value } from "../../language/types/value.js";
import type { DeployAction, ServeAction } from "./actions/deploy-actions.js";
import type { ShowAction } from "./actions/show-actions.js";
import type { Plan, RecipePlan } from "./plan.js";
import type { SweepPlan } from "./sweep/sweep-plan.js";

/** What `evaluate` and `predict` run on. */
export type ActionSubject =
  | { readonly data: DataPlan; readonly split: SplitName | null }
  | { readonly texts: readonly string[] }
  | { readonly live: string };

/** A fold's model, and the data with that fold as their split `validation`. */
export interface FoldModel {
  readonly name: string;
  readonly data: DataPlan;
}
/**
 * A word's call and the folder that its paths are relative to; or the base of a model before its training. The latter
 * has a call that adds a head if the base has none for the model's labels (unset if the task needs none).
 */
export type Baseline =
  | { readonly call: Call; readonly folder: string }
  | { readonly baseOf: string; readonly folder: string; readonly probe?: Call };

/** Order in which rows are presented for annotation: least certain first, likely wrong labels first, or random. */
export type AnnotationOrder = "uncertainty" | "label_issues" | "random";

export interface GenerationSettings {
  readonly decode: Call;
  readonly max_tokens: number;
  readonly stop: readonly string[];
}

export type PlannedCompressStage = CompressAction<Plan>["stages"][number];
/** One data set of several that a model is trained on in sequence. */
export interface UpdateStage {
  /** Name of the model after this task. */
  readonly name: string;
  readonly plan: Plan;
}

/** Actions of a host by verb; the verb's record compiles statements to them. Extensible, like `CodeData`. */
export interface ActionsByVerb {
  /** `told`: codes of warnings that the statement already reported or allows, so that they are not repeated. */
  data: {
    readonly name: string;
    readonly data: DataPlan;
    readonly told?: readonly string[];
    /** True if it is in a used file: nothing of it is displayed, and it is read only on request. */
    readonly brought?: true;
  };
  model: { readonly name: string; readonly model: ModelPlan; readonly brought?: true };
  recipe: { readonly name: string; readonly recipe: Partial<RecipePlan> };
  parameters: { readonly values: Readonly<Record<string, Value>> };
  train: {
    readonly name: string;
    readonly plan: Plan;
    readonly resume: boolean;
    /** Calibrations fitted to the validation rows after the training. */
    readonly calibrate?: readonly Call[];
    /** Runs in its own process; the statement returns at once. */
    readonly detach?: true;
    /** False if earlier evaluations are not repeated to measure forgetting; defaults to repeating them. */
    readonly forgetting?: false;
    /** With folds: each trained model; `plan` is the plan of the first. */
    readonly folds?: readonly { readonly name: string; readonly plan: Plan }[];
    /** With several seeds: each trained model. `recipeHash` identifies the weights stored under the name. */
    readonly repeats?: {
      readonly each: readonly { readonly name: string; readonly plan: Plan }[];
      readonly recipeHash: string;
    };
  };
  update: {
    /** Name of the resulting model. */
    readonly name: string;
    /** The model whose weights it starts from. */
    readonly start: string;
    readonly stages: readonly UpdateStage[];
    readonly resume: boolean;
    /** Texts of rows to be forgotten. */
    readonly forget?: readonly string[];
    /** False if earlier evaluations are not repeated on their own data; defaults to repeating them. */
    readonly forgetting?: false;
    /** True if no strategy is written, so the default one is used. */
    readonly usual?: true;
  };
  compress: CompressAction<Plan>;
  federate: {
    /** Name of the resulting model. */
    readonly name: string;
    readonly plan: Plan;
    readonly resume: boolean;
  };
  attach: {
    readonly name: string;
    /**
     * Folder of the run, or of several trainings that run as one. Null if a statement of this notebook starts it and it
     * is found by its name.
     */
    readonly run: string | null;
  };
  evaluate: {
    readonly names: readonly string[];
    readonly on: readonly ActionSubject[];
    readonly metrics: readonly Call[];
    readonly batch_size: number;
    readonly worst: number;
    /** Slices for which scores are computed separately: columns of the source, and words. */
    readonly by?: readonly (string | Call)[];
    readonly uncertain: number;
    /** Attacks that try to extract information about the training rows. */
    readonly attacks?: readonly Call[];
    /** Thresholds that the first model's scores must reach. Their metrics are among `metrics`. */
    readonly require?: readonly Call[];
    /** Decoding for scores on generated text; unset if the task generates none. */
    readonly decode?: Call;
    /** Null for as many as the model's `max_length`. */
    readonly max_tokens?: number | null;
    /** Baselines by name. The first of `names` is always a model. */
    readonly contenders?: Readonly<Record<string, Baseline>>;
    /** For names that stand for one model per fold: those models, each with the rows it was not trained on. */
    readonly folds?: Readonly<Record<string, readonly FoldModel[]>>;
  };
  predict: {
    readonly name: string;
    readonly on: ActionSubject;
    readonly as: string | null;
    readonly batch_size: number;
    /** Generation settings; null if the task generates no text. */
    readonly writing: GenerationSettings | null;
    /** Method that shows which words influenced the predictions; defaults to none. */
    readonly why?: "left_out" | "gradient";
  };
  /** `detach`: runs in its own process, and the statement returns at once. */
  sweep: { readonly name: string; readonly sweep: SweepPlan; readonly detach?: true };
  /** A sweep that the host composes. */
  auto: { readonly name: string; readonly auto: AutoSweepPlan };
  deploy: DeployAction<ActionSubject>;
  /** Models that begin to answer requests. */
  serve: ServeAction;
  show: ShowAction<ActionSubject>;
  annotate: {
    /** Name of the annotated data. */
    readonly name: string;
    readonly data: DataPlan;
    /** The data as in their source, and the split whose rows are annotated; null for all. */
    readonly from: DataPlan;
    readonly split: SplitName | null;
    readonly model: string | null;
    readonly order: AnnotationOrder;
    /** Null for the person who runs it. */
    readonly annotator: string | null;
    /** Maximum rows to annotate; null for all. */
    readonly rows: number | null;
  };
  engine: { readonly settings: Readonly<Record<string, Value>> };
  experiment: object;
  report: {
    /** Subjects of the report: names in this notebook, or runs by their folder. */
    readonly of: readonly ({ readonly name: string; readonly is: "model" | "sweep" } | { readonly run: string })[];
    /** The path as written; null to derive it from the subjects. */
    readonly path: string | null;
    /** Includes texts of rows: the errors, and those the model was least certain of. */
    readonly rows: boolean;
  };
  use: { readonly path: string };
}
/** The experiment that trainings belong to, and who is notified of them. */
export interface ExperimentSettings {
  readonly name: string;
  readonly notes: string;
  readonly trackers: readonly Call[];
}
interface At {
  readonly experiment?: ExperimentSettings;
  /** Shows the first line of each output, with the rest folded. */
  readonly brief?: true;
  /** The complete statement and the name to blame when it fails as a whole. */
  readonly span: Span;
  readonly source: string;
}
export type ActionOf<V extends keyof ActionsByVerb> = At & { readonly verb: V } & ActionsByVerb[V];
export type Action = { [V in keyof ActionsByVerb]: ActionOf<V> }[keyof ActionsByVerb];

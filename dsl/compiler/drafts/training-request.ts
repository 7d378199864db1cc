/** A training as its statement describes it, and the result of planning it. */
import type { DefinitionDraft } from "../plan/program.js";
import type { GivenValue, ModelPlan, Call } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { ReferenceModel, ReplayedRows } from "../plan/estimates.js";
import type { BaseFacts, DataFacts } from "../../language/types/facts.js";
import type { FederationDraft } from "./clients.js";
import type { CompressPlan } from "../plan/actions/compress-actions.js";
import type { Plan, UpdatePlan } from "../plan/plan.js";

export interface PlannedTraining {
  readonly plan: Plan;
  /** Calibrations fitted to the validation rows after the training. */
  readonly calibrate: readonly Call[];
  readonly resume: boolean;
}

/** A training as its statement describes it. */
export interface TrainingRequest {
  readonly model: DefinitionDraft;
  readonly data: DefinitionDraft;
  readonly settings: ReadonlyMap<string, GivenValue>;
  readonly run: string;
  readonly modelAt: Span;
  readonly dataAt: Span;
  /** Span in the current source that led to this, for errors in earlier sources. */
  readonly here: Span;
  readonly broken?: boolean;
  /** The statement, if its block takes recipe keys: a fix may add some. */
  readonly statement?: { readonly block: Span | undefined; readonly end: number };
  /** Number of seeds to train with; defaults to one. */
  readonly repeats?: { readonly count: number; readonly span: Span } | undefined;
  /** Runs in its own process. */
  readonly detach?: boolean;
  /** The recipe after `with`; its allowed warnings count too. */
  readonly recipe?: DefinitionDraft | null;
  /** The runner; defaults to a single process. */
  readonly runner?: GivenValue | undefined;
  /** Continues from trained weights; if unset, starts from the base. */
  readonly update?: UpdatePlan | undefined;
  /** For an update: the replayed rows of earlier data. Undefined while they are unknown. */
  readonly replay?:
    | ((known: { readonly model: ModelPlan; readonly facts: DataFacts }) => ReplayedRows | undefined)
    | undefined;
  /** For an update: the technique as its strategies change it. Undefined if there is an error (reported). */
  readonly onward?: ((technique: Call, base: BaseFacts | undefined) => UpdateTechnique | undefined) | undefined;
  /**
   * Data on which the tokenizer of a from-scratch model was trained, if the training continues from trained weights.
   * Defaults to `data`.
   */
  readonly reads?: DefinitionDraft;
  /** Rows are with several clients and the training runs in rounds; if unset, rows are local. */
  readonly federated?: FederationDraft | undefined;
  /** The tokenization of the texts was already checked when the source model was trained. */
  readonly read?: boolean;
  /** The training is a `compress` step. */
  readonly compress?: CompressPlan | undefined;
  /** The larger model that it is made from, if known. */
  readonly larger?: BaseFacts | undefined;
  /** Takes no training steps. */
  readonly still?: boolean;
  /** Returns the teacher if it runs in the same program; null if there is none. */
  readonly beside?: (ownBase: BaseFacts) => ReferenceModel | null;
  /** Calibrations to fit after the training. They change no weight, so the recipe does not include them. */
  readonly calibrate?: GivenValue | undefined;
}

/** A technique extended for the next data, and the strategies with their defaults filled in. */
export interface UpdateTechnique {
  readonly technique: Call;
  readonly strategy: readonly Call[];
  /** Reasons for the technique's arguments that changed. */
  readonly why: Readonly<Record<string, string>>;
}

/** A training as its statement names it, and what planning it comes to. */
import type { Draft } from "../plan/program.js";
import type { GivenValue } from "../../language/types/given-value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { ReferenceModel, ReplayedRows } from "../plan/estimates.js";
import type { ModelPlan } from "../../language/types/subject.js";
import type { BaseFacts, DataFacts } from "../../language/types/facts.js";
import type { FederationDraft } from "./clients.js";
import type { CompressPlan } from "../plan/actions/compress-actions.js";
import type { Plan } from "../plan/plan.js";
import type { UpdatePlan } from "../plan/recipe.js";
import type { Call } from "../../language/types/value.js";

export interface PlannedTraining {
  readonly plan: Plan;
  /** What is fitted to the rows of validation once it is trained. */
  readonly calibrate: readonly Call[];
  readonly resume: boolean;
}

/** A training as its statement names it. */
export interface TrainingRequest {
  readonly model: Draft;
  readonly data: Draft;
  readonly settings: ReadonlyMap<string, GivenValue>;
  readonly run: string;
  readonly modelAt: Span;
  readonly dataAt: Span;
  /** What in the present source led to this (for what is wrong in earlier sources). */
  readonly here: Span;
  readonly broken?: boolean;
  /** The statement, where its block takes keys of a recipe: a mend may add some. */
  readonly statement?: { readonly block: Span | undefined; readonly end: number };
  /** How many seeds it is trained with; absent: one. */
  readonly repeats?: { readonly count: number; readonly span: Span } | undefined;
  /** It runs in a process of its own. */
  readonly detach?: boolean;
  /** The recipe after `with`: what it allows counts too. */
  readonly recipe?: Draft | null;
  /** What runs it, where that is not one process. */
  readonly runner?: GivenValue | undefined;
  /** It goes on from trained weights; absent: it begins from its base. */
  readonly update?: UpdatePlan | undefined;
  /** Of an update: rows of earlier data that it learns again. Undefined: they are not known yet. */
  readonly replay?:
    | ((known: { readonly model: ModelPlan; readonly facts: DataFacts }) => ReplayedRows | undefined)
    | undefined;
  /** Of an update: what strategies make of the technique. Undefined: what is wrong was said. */
  readonly onward?: ((technique: Call, base: BaseFacts | undefined) => UpdateTechnique | undefined) | undefined;
  /** What the tokenizer of a model from scratch was trained on, where it goes on from trained weights; absent: `data`. */
  readonly reads?: Draft;
  /** Its rows are with several clients, and it learns from them in rounds; absent: they are at hand. */
  readonly federated?: FederationDraft | undefined;
  /** How its texts are read was looked at where what it is made of learnt from them. */
  readonly read?: boolean;
  /** It is made of a larger model; absent: it isn't. */
  readonly compress?: CompressPlan | undefined;
  /** The model that it is made of; absent: nothing is known of it. */
  readonly larger?: BaseFacts | undefined;
  /** It takes no step. */
  readonly still?: boolean;
  /** The model that it learns from, where that runs in the same program; absent, and null: none does. */
  readonly beside?: (ownBase: BaseFacts) => ReferenceModel | null;
  /** What is to be fitted once it is trained; it changes no weight, and so stands in no recipe. */
  readonly calibrate?: GivenValue | undefined;
}

/** A technique that has room for the next data, and the strategies of these, made whole. */
export interface UpdateTechnique {
  readonly technique: Call;
  readonly strategy: readonly Call[];
  /** Of the technique's arguments that differ. */
  readonly why: Readonly<Record<string, string>>;
}

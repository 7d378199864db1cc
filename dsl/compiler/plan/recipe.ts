/** `Recipe` holds everything that can change a number of a training. Plain JSON, defaults filled in. */
import type { CompressPlan } from "./actions/compress-actions.js";
import type { DataPlan, ModelPlan } from "../../language/types/subject.js";
import type { Call } from "../../language/types/value.js";

export interface RecipePlan {
  readonly epochs: number | null;
  readonly steps: number | null;
  /** Rows per batch (packed rows with `packing`). */
  readonly batch_size: number;
  /** Batches per update. */
  readonly accumulate: number;
  /**
   * How often workers average their weights, and how many workers there are; both change the results. By default every
   * update is synchronized.
   */
  readonly average?: Call;
  readonly ranks?: number;
  /** Puts several texts into one row. */
  readonly packing: boolean;
  readonly optimizer: Call;
  readonly schedule: Call;
  /** Maximum gradient norm; null for no clipping. */
  readonly clip: number | null;
  readonly dropout: number | null; // null: the rates of the base's config
  readonly shuffle: "by_length" | "random" | "none";
  readonly early_stopping: Call | null;
  readonly checkpoint: Call | null; // every(steps|epochs)
  readonly validate: Call | null; // every(steps|epochs)
  /** A call: the best by the metric that it names. */
  readonly keep: "best" | "last" | Call;
  readonly log: Call; // every(steps)
  readonly precision: "f32" | "bf16";
  /** As written; the effects hold what `auto` resolves to on this machine. */
  readonly recompute: "auto" | "none" | "blocks";
  readonly seed: number;
  /** Privacy guarantee for rows or clients, if requested. */
  readonly privacy?: PrivacyPlan;
  /** Number of canary rows among the training rows, and how often each occurs. Unset for none. */
  readonly canaries?: number;
  readonly canary_copies?: number;
}
/** Noise and clipping, with the privacy guarantee they give. */
export interface PrivacyPlan {
  /** The call as written, with its defaults filled in. */
  readonly call: Call;
  readonly unit: "row" | "client";
  readonly epsilon: number;
  readonly delta: number;
  /** Maximum norm of one unit's contribution. */
  readonly clip: number;
  /**
   * Standard deviation of the noise of a sum, in units of `clip`. For rows of clients that join, each client computes
   * its own, and this is 0.
   */
  readonly noise: number;
  /** Probability of each unit to be in an update, and total updates; both 0 if each client has its own. */
  readonly rate: number;
  readonly steps: number;
}

/** Everything that can change a number in the result. Hashed (RFC 8785 + SHA-256) to `recipeHash`. */
export interface Recipe {
  /** Version of the language semantics it was compiled with (./semantics.ts); defaults to 1. */
  readonly semantics?: number;
  readonly data: DataPlan;
  readonly dataHash: string | null;
  readonly model: ModelPlan;
  readonly training: RecipePlan;
  /** Set if it continues from trained weights; otherwise it starts from its base. */
  readonly update?: UpdatePlan;
  /**
   * Set for federated training in rounds; `training` describes each client's part of one round. If unset, rows are
   * local.
   */
  readonly federated?: FederatedPlan;
  /** Set if it is made from a larger model. */ readonly compress?: CompressPlan;
}
/** A model trained on data that stay with their clients. */
export interface FederatedPlan {
  /**
   * Further clients' data, if each data set is one client's: `Recipe.data` is the first's. Empty if `clients`
   * partitions `Recipe.data`, or if the runner's clients have their own data.
   */
  readonly others: readonly { readonly data: DataPlan; readonly dataHash: string | null }[];
  /** How the rows of one data set are distributed to clients; null if each data set is one client's. */
  readonly clients: Call | null;
  /**
   * Number of clients that join on their own, with data that is never read locally. If unset, the program names the
   * data.
   */
  readonly joined?: number;
  readonly rounds: number;
  /** Clients per round: a share of them, or their number. */
  readonly participation: { readonly share: number } | number;
  /** Share of these that drop out before responding, sampled for each round. */
  readonly stragglers: number;
  readonly aggregate: Call;
  readonly secure_aggregation: boolean;
  /** Compression of updates, applied in order. */
  readonly compression: readonly Call[];
  /** Parameters that each client trains and never sends. By default all trained parameters are sent. */
  readonly personal?: readonly "head"[];
}
/** How a model continues training: its start and the strategies against forgetting. */
export interface UpdatePlan {
  /** Hash that identifies the weights the first task starts from. */
  readonly start: string;
  readonly strategy: readonly Call[];
  /** Recipes of the earlier tasks, oldest first. */
  readonly before: readonly string[];
  /** Hash of the texts to be forgotten, which no plan contains; unset for none. */
  readonly forget?: string;
}

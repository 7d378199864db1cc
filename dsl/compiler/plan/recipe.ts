/** `Recipe` holds everything that can change a number of a training. Plain JSON, defaults filled in. */
import type { CompressPlan } from "./actions/compress-actions.js";
import type { DataPlan, ModelPlan } from "../../language/types/subject.js";
import type { Call } from "../../language/types/value.js";

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
  /** Version of the semantics that it was compiled with (./semantics.ts); absent: 1. */
  readonly semantics?: number;
  readonly data: DataPlan;
  readonly dataHash: string | null;
  readonly model: ModelPlan;
  readonly training: RecipePlan;
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

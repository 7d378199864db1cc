/** A fully resolved training: its recipe, its effects, its estimates, and the origin of each value. */
import type { BaseOrigin, LanguageEncodingFacts } from "../../language/types/facts.js";
import type { Call } from "../../language/types/value.js";
import type { CompressPlan } from "./actions/compress-actions.js";
import type { DataPlan, ModelPlan } from "../../language/types/value.js";

/** Settings that change no result; hashed with the recipe into `planHash`. */
export interface ExecutionSettings {
  readonly run: string; // name of the run: the model's, or the name after `as`
  /** Number of trainings with different seeds; defaults to one. */
  readonly repeats?: number;
  /** Runs in its own process, which the notebook does not stop; by default it runs in place. */
  readonly detach?: true;
  /** The runner, if it is not a single process; it changes no result. */
  readonly runner?: Call;
  readonly engine: string; // auto | tensorflow | tfjs
  readonly threads: number | null;
  /** Which activations are recomputed: as the recipe sets, or as `auto` chose for this machine's memory. */
  readonly recompute: "none" | "blocks";
  /** Warnings that were found and are allowed: code, reason, and the allowing statement. */
  readonly allowed?: readonly { readonly code: string; readonly reason: string; readonly of: string }[];
}
/** Workers that share the updates of a training. */
export interface WorkersOfTraining {
  readonly count: number;
  readonly threads: number;
  /** Workers have their own machines; by default they share this one. */
  readonly elsewhere?: true;
  /** GPUs per worker; defaults to none. */
  readonly gpus?: number;
  /** Price per worker and hour, if known. */
  readonly price?: number;
}
export interface Estimates {
  readonly parameters: number;
  readonly trainable: number;
  readonly rows: number;
  readonly steps: number;
  /** Clients' rows cannot be counted locally: rows, tokens, effort and time are unknown, stored as 0 or null. */
  readonly elsewhere?: true;
  /** Parameters of the larger model or teacher. */ readonly larger?: number;
  /** Unlabelled rows added to each batch, as many as it has rows: size of the pool. Unset for none. */
  readonly drawn?: { readonly rows: number; readonly tokens: number };
  /**
   * Replayed rows of an update. `beside`: each batch gets as many as it has new rows; by default they are mixed with
   * the new rows.
   */
  readonly kept?: { readonly rows: number; readonly beside?: true };
  /** Real (unpadded) tokens of the run, including unlabelled rows. */
  readonly tokens: number;
  readonly memoryBytes: number;
  /**
   * Processes that share each update, and threads of each; `memoryBytes` is the total of those on this machine.
   * Defaults to one.
   */
  readonly ranks?: WorkersOfTraining;
  /** Part of `trainable` that stays with each federated client. */
  readonly personal?: number;
  /** Part of the memory used by the base's weights, if they are stored below f32. */
  readonly storedBytes?: number;
  /** Effort of the run in FLOPs of f32 products (estimates.ts). */
  readonly flops: number;
  /** Validations of the run: their number, the rows of each, and their additional effort. Unset for none. */
  readonly validating?: { readonly times: number; readonly rows: number; readonly flops: number };
  readonly seconds: number | null; // null: this machine has not been measured yet
  /** Range of likely values of `seconds`; unset if unknown. */
  readonly secondsBetween?: readonly [least: number, most: number];
}
/** Maps a path in the recipe (`training.batch_size`) to the origin of its value, with a reason for derived ones. */
export type ValueOrigins = Readonly<
  Record<
    string,
    {
      readonly from: "written" | "default" | "derived" | "parameter" | "reference";
      readonly why?: string;
      /** The effective value of null, in words. */
      readonly stands?: string;
    }
  >
>;

export interface Plan {
  readonly version: 1;
  readonly recipe: Recipe;
  readonly effects: ExecutionSettings;
  readonly estimates: Estimates;
  readonly origins: ValueOrigins;
  /** Origin of the base's weights; unset for a folder without this information, or from scratch. */
  readonly base?: BaseOrigin;
  /** Origin of the rows, if any is known (`DataFacts.sources`). */
  readonly sources?: readonly string[];
  /** Tokens per word of the base's tokenizer, by language. */
  readonly reads?: readonly LanguageEncodingFacts[];
  /** Personal data in the texts: row counts by column and type, never the data itself. */
  readonly personal?: readonly {
    /** In a federation whose clients have their own data: whose data; unset for a single data set. */
    readonly data?: string;
    readonly column: string;
    readonly entity: string;
    readonly rows: number;
    /** Number of rows searched, if not all were. */
    readonly looked?: number;
  }[];
  /** For annotated data: number of rows, and the annotators. */
  readonly annotated?: { readonly rows: number; readonly by: readonly string[] };
  readonly recipeHash: string;
  readonly planHash: string;
}

/** `Recipe` holds everything that can change a number of a training. Plain JSON, defaults filled in. */
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

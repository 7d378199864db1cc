/** A fully resolved training: its recipe, its effects, its estimates, and the origin of each value. */
import type { BaseOrigin, LanguageReading } from "../../language/types/facts.js";
import type { Call } from "../../language/types/value.js";
import type { Recipe } from "./recipe.js";

/** Settings that change no result; hashed with the recipe into `planHash`. */
export interface PlanEffects {
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
export interface WorkerSharing {
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
  readonly ranks?: WorkerSharing;
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
  readonly effects: PlanEffects;
  readonly estimates: Estimates;
  readonly origins: ValueOrigins;
  /** Origin of the base's weights; unset for a folder without this information, or from scratch. */
  readonly base?: BaseOrigin;
  /** Origin of the rows, if any is known (`DataFacts.sources`). */
  readonly sources?: readonly string[];
  /** Tokens per word of the base's tokenizer, by language. */
  readonly reads?: readonly LanguageReading[];
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

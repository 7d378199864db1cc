/** A training once everything is resolved: its recipe, where it goes, what it takes, and where each value comes from. */
import type { BaseOrigin, LanguageReading } from "../../language/types/facts.js";
import type { Call } from "../../language/types/value.js";
import type { Recipe } from "./recipe.js";

/** Where things go; hashed with the recipe into `planHash`. */
export interface PlanEffects {
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
export interface WorkerSharing {
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
  /** Replayed rows of an update. `beside`: each batch gets as many as it has new rows; absent: mixed with the new rows. */
  readonly kept?: { readonly rows: number; readonly beside?: true };
  /** Real (unpadded) tokens over the whole run, those of rows without labels among them. */
  readonly tokens: number;
  readonly memoryBytes: number;
  /** Processes that share each update, and threads of each; `memoryBytes` is of all that are on this machine. Absent: one. */
  readonly ranks?: WorkerSharing;
  /** Of `trainable`, what stays with each client of a federation; absent: nothing. */
  readonly personal?: number;
  /** What the base's weights take of it, where they are stored in fewer bits than f32. */
  readonly storedBytes?: number;
  /** Effort of the whole run in FLOPs of f32 products (estimates.ts). */
  readonly flops: number;
  /** Validations of the whole run, the rows of each, and their effort besides; absent: none. */
  readonly validating?: { readonly times: number; readonly rows: number; readonly flops: number };
  readonly seconds: number | null; // null: this machine was not measured yet
  /** Range of likely values of `seconds`; absent where it is not known. */
  readonly secondsBetween?: readonly [least: number, most: number];
}
/** Path in the recipe (`training.batch_size`) to where its value came from, with the sentence for derived ones. */
export type ValueOrigins = Readonly<
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
  readonly effects: PlanEffects;
  readonly estimates: Estimates;
  readonly origins: ValueOrigins;
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

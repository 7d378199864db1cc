/** The weights that a training made: what tells them, what they learnt, and the checkpoint that holds them. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { RunEvent } from "../events/events.js";
import type { Checkpoint } from "./checkpoints.js";

/** What is kept of the data that were trained on: no row of them. */
export interface TrainedDataFacts extends Pick<DataFacts, "rowsIn" | "kept" | "hash"> {
  readonly splits: Readonly<Record<string, { readonly rows: number }>>;
}
/** The weights a model has now. */
export interface TrainedWeights {
  readonly plan: Plan;
  /** What tells them, where they are the best of several seeds; absent: the recipe's own. */
  readonly recipeHash?: string;
  readonly folder: string;
  readonly labels: readonly string[];
  /** What they were trained on. */
  readonly data: TrainedDataFacts;
  /** The checkpoint that holds them. */
  readonly checkpoint: Checkpoint;
  readonly events: readonly RunEvent[];
  /** Settles when the engine has written what was under way. */
  readonly settled: Promise<void>;
  readonly complete: boolean;
  /** Of a federation: the client whose own head they have in place of the mean; absent: the mean. */
  readonly client?: string;
}

/** What tells the weights from those of other recipes, or of as many seeds. */
export const weightsRecipeHash = ({ recipeHash, plan }: TrainedWeights): string => recipeHash ?? plan.recipeHash;

/** The weights that a training produced: their identity, the training data and the checkpoint that contains them. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { RunEvent } from "../events/events.js";
import type { Checkpoint } from "./checkpoints.js";

/** Facts about the training data, without the rows. */
export interface TrainedDataFacts extends Pick<DataFacts, "rowsIn" | "kept" | "hash"> {
  readonly splits: Readonly<Record<string, { readonly rows: number }>>;
}
/** The present weights of a model. */
export interface TrainedWeights {
  readonly plan: Plan;
  /** Identifies the weights if they are the best of several seeds. Defaults to the recipe's hash. */
  readonly recipeHash?: string;
  readonly folder: string;
  readonly labels: readonly string[];
  readonly data: TrainedDataFacts;
  /** The checkpoint that contains the weights. */
  readonly checkpoint: Checkpoint;
  readonly events: readonly RunEvent[];
  /** Settles when the engine has finished its pending writes. */
  readonly settled: Promise<void>;
  readonly complete: boolean;
  /** For federated training: the client whose own head these weights contain. Defaults to the mean of all clients. */
  readonly client?: string;
}

/** Returns a hash that distinguishes the weights from those of other recipes and other seeds. */
export const weightsRecipeHash = ({ recipeHash, plan }: TrainedWeights): string => recipeHash ?? plan.recipeHash;

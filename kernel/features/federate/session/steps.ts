/** The steps of a federated training: its rounds, with what its clients keep for themselves. */
import type { TensorToWrite } from "../../../tensors/safetensors.js";
import type { FederatedRounds } from "../rounds.js";
import type { TrainingSteps } from "../../../training-runs/step-provider.js";

export interface FederationSteps extends TrainingSteps {
  readonly source: FederatedRounds;
  /** What each client keeps for itself in the checkpoint of a round, by client name; absent: nothing. */
  readonly heads?: ((round: number) => ReadonlyMap<string, Readonly<Record<string, TensorToWrite>>>) | undefined;
}

/** The steps of a federated training: its rounds, with the clients' personal parameters. */
import type { TensorToWrite } from "../../../tensors/safetensors.js";
import type { FederatedRounds } from "../rounds.js";
import type { TrainingSteps } from "../../../training-runs/step-provider.js";

export interface FederationSteps extends TrainingSteps {
  readonly source: FederatedRounds;
  /** Personal parameters of the clients in a round's checkpoint, by client name; absent if there are none. */
  readonly heads?: ((round: number) => ReadonlyMap<string, Readonly<Record<string, TensorToWrite>>>) | undefined;
}

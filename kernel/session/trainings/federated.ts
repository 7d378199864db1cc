/** What a training asks of who has its clients. */
import type { Prepared } from "../../core/data/prepared.js";
import type { RunFolder } from "../../artifacts/run-folder.js";
import type { TensorToWrite } from "../../tensors/safetensors.js";
import type { FederatedTraining } from "../../training/contract.js";
import type { OpenModel } from "../models/open-model.js";
import type { Material } from "./material.js";
import type { Validate, Wanted } from "./validating.js";

/** A training whose rows are with clients. */
export interface Federates {
  /** The rows of all clients as one data set. */
  joins(own: Prepared): Promise<Prepared>;
  /** Those rows, as far as they are learnt: of data of who leads, where clients have rows of their own, none that train are. */
  learns(all: Prepared): Prepared;
  /** What a run is made of once its model is open. `done`: rounds that it has behind it. */
  begin(of: Begins): Promise<Begun>;
  /** Once it is whole: what each client keeps for itself is kept with the run, as it was after that round. */
  keep(run: string, round: number): void;
}
export interface Begins {
  readonly open: OpenModel;
  readonly material: Material;
  readonly run: RunFolder;
  readonly done: number;
  readonly wanted: Wanted;
  readonly signal: AbortSignal | undefined;
}
export interface Begun {
  readonly rounds: FederatedTraining["rounds"];
  readonly validate: Validate | null;
  /** What each client keeps for itself, by its name: of the checkpoint of that round. */
  readonly heads?: ((round: number) => ReadonlyMap<string, Readonly<Record<string, TensorToWrite>>>) | undefined;
  /** What each client came to in the last validation, by its name. */
  readonly scores: FederatedTraining["scores"];
  /** The same with what each keeps for itself; absent: nothing. */
  readonly personal?: FederatedTraining["scores"] | undefined;
}

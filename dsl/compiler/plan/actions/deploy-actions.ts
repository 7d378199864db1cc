/** Actions of `deploy`: a model that is written, or models that are served. */
import type { Call } from "../../../language/types/value.js";

/** `S`: type of a selection of rows. */
export interface DeployAction<S> {
  readonly name: string;
  readonly target: Call;
  /** Rows on which both models are scored; null for rows of the training's own data that it was not trained on. */
  readonly on: S | null;
  readonly rows: number;
  /** Overwrites another model's deployment. */
  readonly overwrite: boolean;
}
export interface ServeAction {
  readonly name: string;
  readonly models: readonly string[];
  readonly target: Call;
}

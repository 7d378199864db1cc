/** What `deploy` comes to: a model that is written, or models that are served. */
import type { Call } from "../../../language/types/value.js";

/** `S`: rows of data. */
export interface DeployAction<S> {
  readonly name: string;
  readonly target: Call;
  /** Rows that both models are scored on; null: those of the training's own data that it didn't learn from. */
  readonly on: S | null;
  readonly rows: number;
  /** Another model's deployment is written over. */
  readonly overwrite: boolean;
}
export interface ServeAction {
  /** What the server is called. */
  readonly name: string;
  readonly models: readonly string[];
  readonly target: Call;
}

/** What an engine is to be chosen for. */

/** What a program trains: all weights, few of them (adapters, a head, biases), or none. */
export type Trains = "all" | "few" | "none";
export interface Work {
  readonly trains?: Trains;
  /** It answers requests: a few short rows at a time, each waited for. It trains nothing then. */
  readonly answers?: true;
  readonly precision?: "f32" | "bf16";
}

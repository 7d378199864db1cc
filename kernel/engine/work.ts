/** What an engine is to be chosen for. */

/** What a program trains: all weights, few of them (adapters, a head, biases), or none. */
export type Trains = "all" | "few" | "none";
export interface Work {
  readonly trains?: Trains;
  readonly precision?: "f32" | "bf16";
}

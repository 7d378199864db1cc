/**
 * What goes over the comm `tunebook.sweep` between a front end and a sweep that runs, in the messages of Jupyter widgets: the
 * kernel sends `{ method: "update", state }` whenever something changed (the settings once) and answers each that is asked by
 * `{ method: "custom", content }`; the front end sends `custom` alone.
 */
import type { TrialSummary, VariedSetting, SweepSnapshot } from "../../../display/sweeps/sweep-controls.js";

export type { TrialSummary, VariedSetting, SweepSnapshot };

export const sweepTarget = "tunebook.sweep";

/** `id`: comes back with the answer. `changes`: by setting, as typed; what isn't in it stays. */
export type SweepRequest = { readonly id: number; readonly trial: number } & (
  | { readonly ask: "stop" }
  | { readonly ask: "clone" | "change"; readonly changes: Readonly<Record<string, string>> }
  | { readonly ask: "trial" }
);

export type SweepReply = { readonly id: number } & (
  | { readonly did: "stop" | "clone" | "change" }
  | { readonly trial: TrialSummary }
  | { readonly fault: string }
);

/**
 * Messages of the comm `tunebook.sweep` between a front end and a running sweep, in the form of Jupyter widgets: the
 * kernel sends `{ method: "update", state }` whenever something changed (the settings once) and answers each request
 * with `{ method: "custom", content }`; the front end sends only `custom`.
 */
import type { TrialSummary, VariedSetting, SweepSnapshot } from "../../../display/sweeps/sweep-controls.js";

export type { TrialSummary, VariedSetting, SweepSnapshot };

export const sweepTarget = "tunebook.sweep";

/** `id`: repeated in the answer. `changes`: by setting, as typed; missing settings do not change. */
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

// Labels and figures of a run, the same in the list and in the run's view.
import type { ReactElement } from "react";
import { h } from "./element.js";
import type { RunSummary } from "./panel-state.js";

const states: Readonly<Record<RunSummary["state"], string>> = {
  starting: "starting",
  running: "running",
  stopping: "stopping",
  done: "done",
  early: "stopped early",
  interrupted: "interrupted",
  failed: "failed",
  killed: "cut off",
  broken: "damaged",
};
export const isLive = (state: RunSummary["state"]): boolean =>
  state === "running" || state === "starting" || state === "stopping";

export function number(x: unknown): string {
  if (typeof x !== "number") return "–";
  if (x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e5)) return x.toExponential(2);
  return String(Number(x.toPrecision(4)));
}
export function interval({ low, high }: { readonly low: number | null; readonly high: number | null }): string | null {
  return typeof low === "number" && typeof high === "number" ? `${number(low)} – ${number(high)}` : null;
}
/** Formats a time in the local time zone and language; other text is returned unchanged. */
export function dated(at: string): string {
  const then = Date.parse(at);
  return Number.isNaN(then) ? at : new Date(then).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
}
interface StateProps {
  readonly state: RunSummary["state"];
  readonly problem?: string | undefined;
  /** Whether it runs in a detached process. */
  readonly detached?: true | undefined;
}

export function State({ state, problem, detached }: StateProps): ReactElement {
  const title = detached ? "It runs by itself: closing the notebook doesn't end it" : problem;
  const said = `${states[state] ?? state}${detached ? ", detached" : ""}`;
  return h("span", { className: `tunebook-state tunebook-state-${state}`, title }, said);
}
function spoken(seconds: number | null): string | null {
  if (typeof seconds !== "number") return null;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
export function progress({ step, steps, state, tokensPerSecond, secondsLeft, seconds }: RunSummary): string {
  return [
    `step ${step}${steps ? ` of ${steps}` : ""}`,
    state === "running" && tokensPerSecond && `${tokensPerSecond.toLocaleString("en-US")} tokens/s`,
    state === "running" && secondsLeft !== null && `${spoken(secondsLeft)} left`.replaceAll(" ", "\u00a0"),
    !isLive(state) && spoken(seconds),
  ]
    .filter(Boolean)
    .join(" · ");
}

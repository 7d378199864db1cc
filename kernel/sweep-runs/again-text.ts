/** The text that a sweep's cell shows about trials that are trained again. */
import { listNames } from "#dsl/language/diagnostics/listed.js";
import type { TrialRecord } from "../study/trial.js";

export function retrainingText(trials: readonly TrialRecord[]): string {
  const one = trials.length === 1;
  const numbers = listNames(trials.map(({ number }) => String(number)));
  return `${one ? "Trial" : "Trials"} ${numbers} trained on other data, or from another base, than ${one ? "its" : "their"} values name now: ${one ? "it is" : "they are"} trained again.`;
}

export function lostWeightsText(number: number): string {
  return `The weights of trial ${String(number)}, the best one, are gone: it is trained again.`;
}

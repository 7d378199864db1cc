/**
 * For a model that is the best of several seeds: the scores of all seeds on the same rows, in a line below its own. All
 * seeds are evaluated if that takes at most a minute, estimated from the best one; else the line tells how to evaluate
 * them.
 */
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import { displayOutputOf } from "../display/bundle.js";
import { html, type DisplayOutput } from "../display/html.js";
import { meanOverSeedsText } from "../display/scores/seeds.js";
import { durationText } from "../host/value-text.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { evaluateModel, type EvaluationSettings, type MeasuredModel } from "./evaluate-once.js";

/** Seconds that evaluating the other seeds may take without a request. */
const MOST_SECONDS = 60;

export interface SeedsReport {
  readonly shown: DisplayOutput | null;
  /** Text for the verdict on the best seed: `m is the best of 3 seeds, whose mean ± sd is 0.81 ± 0.01`. */
  ofBest(metric: string): string;
}

/** Null if the model has no other seeds. */
export async function seedsReport(
  session: OpenSession,
  { by, cost, evaluation }: Pick<MeasuredModel, "by" | "cost" | "evaluation">,
  subject: ActionSubject,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<SeedsReport | null> {
  if (by.is !== "model" || !by.handle.seeds) return null;
  const { seeds, name, weights } = by.handle;
  const others = seeds.filter((one) => one.weights?.folder !== weights?.folder);
  const names = seeds.map((one) => one.name);
  const best = `${name} is the best of ${String(seeds.length)} seeds by validation`;
  const seconds = cost.asking * others.length;
  if (seconds > MOST_SECONDS) {
    const ask = `evaluate ${names.join(", ")} on ${evaluation.on}`;
    const shown = line(
      name,
      ` is the best of ${String(seeds.length)} seeds; evaluating all takes about ${durationText(seconds)}: \`${ask}\``,
    );
    return { shown, ofBest: () => best };
  }
  const metrics = [evaluation.metrics];
  // Metrics that send rows to another service are computed for the named model only.
  const localSettings = { ...how, metrics: how.metrics.filter(({ word }) => !sends(session, word)) };
  if (localSettings.metrics.length === 0) return { shown: null, ofBest: () => best };
  for (const other of others) metrics.push(await metricsOf(session, other, subject, localSettings, context));
  const over = (metric: string): string => meanOverSeedsText(metrics.map((one) => one[metric] ?? Number.NaN));
  const parts = Object.keys(evaluation.metrics).flatMap((metric) => {
    const meanText = over(metric);
    return meanText === "" ? [] : [`${metric} ${meanText}`];
  });
  const shown = line(
    name,
    `, of ${String(seeds.length)} seeds on ${evaluation.on}: ${parts.join(", ")} (mean ± sd of one seed; above: the best by validation)`,
  );
  const ofBest = (metric: string): string => {
    const meanText = over(metric);
    return meanText === "" ? best : `${best}, and their mean ± sd is ${meanText}`;
  };
  return { shown: parts.length === 0 ? null : shown, ofBest };
}

function sends({ vocabulary }: OpenSession, word: string): boolean {
  return vocabulary.registry.find("metric", word)?.capabilities?.sends === true;
}

async function metricsOf(
  session: OpenSession,
  handle: ModelHandle,
  subject: ActionSubject,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<Readonly<Record<string, number>>> {
  return (await evaluateModel(session, handle, subject, how, context)).evaluation.metrics;
}

function line(name: string, rest: string): DisplayOutput {
  const words = html`<div style="margin:2px 0 6px"><b style="font-weight:600">${name}</b>${rest}</div>`;
  return displayOutputOf(`${name}${rest}`, words);
}

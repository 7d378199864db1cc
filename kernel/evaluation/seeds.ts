/**
 * A model that is the best of several seeds: what all of them come to on the same rows, in a line beneath its own scores. All are
 * asked where that takes no more than a minute by what the best one took; else the line says how to ask them.
 */
import type { Subject } from "#dsl/compiler/plan/action.js";
import { shownOf } from "../display/bundle.js";
import { html } from "../display/html.js";
import { overSeeds } from "../display/scores/seeds.js";
import type { Shown } from "../display/bundle-output.js";
import { duration } from "../host/text.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { evaluateOnce, type How, type Measured } from "./evaluate-once.js";

/** Seconds that the other seeds may take without being asked for. */
const MOST_SECONDS = 60;

export interface SeedsTold {
  /** Null: nothing could be told of them. */
  readonly shown: Shown | null;
  /** Beside what is said of the best of them by a metric: `m is the best of 3 seeds, whose mean ± sd is 0.81 ± 0.01`. */
  ofBest(metric: string): string;
}

/** Null: it is no model of several seeds. */
export async function seedsTold(
  session: OpenSession,
  { by, cost, evaluation }: Pick<Measured, "by" | "cost" | "evaluation">,
  subject: Subject,
  how: How,
  stage: Stage,
): Promise<SeedsTold | null> {
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
      ` is the best of ${String(seeds.length)} seeds; the others would take about ${duration(seconds)}: \`${ask}\` asks them all`,
    );
    return { shown, ofBest: () => best };
  }
  const metrics = [evaluation.metrics];
  // What is sent elsewhere is sent of the model that was named alone.
  const asked = { ...how, metrics: how.metrics.filter(({ word }) => !sends(session, word)) };
  if (asked.metrics.length === 0) return { shown: null, ofBest: () => best };
  for (const other of others) metrics.push(await metricsOf(session, other, subject, asked, stage));
  const over = (metric: string): string => overSeeds(metrics.map((one) => one[metric] ?? Number.NaN));
  const told = Object.keys(evaluation.metrics).flatMap((metric) => {
    const own = over(metric);
    return own === "" ? [] : [`${metric} ${own}`];
  });
  const shown = line(
    name,
    `, of ${String(seeds.length)} seeds on ${evaluation.on}: ${told.join(", ")} (mean ± sd of one seed; above: the best by validation)`,
  );
  const ofBest = (metric: string): string => {
    const own = over(metric);
    return own === "" ? best : `${best}, and their mean ± sd is ${own}`;
  };
  return { shown: told.length === 0 ? null : shown, ofBest };
}

function sends({ vocabulary }: OpenSession, word: string): boolean {
  return vocabulary.registry.find("metric", word)?.capabilities?.sends === true;
}

async function metricsOf(
  session: OpenSession,
  handle: ModelHandle,
  subject: Subject,
  how: How,
  stage: Stage,
): Promise<Readonly<Record<string, number>>> {
  return (await evaluateOnce(session, handle, subject, how, stage)).evaluation.metrics;
}

function line(name: string, rest: string): Shown {
  const words = html`<div style="margin:2px 0 6px"><b style="font-weight:600">${name}</b>${rest}</div>`;
  return shownOf(`${name}${rest}`, words);
}

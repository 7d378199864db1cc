/** What all parts of `sweep auto` are given, and how they ask the compiler what a program would come to. */
import { wordsFor } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { shortCall } from "#dsl/compiler/plan/short-call.js";
import type { CompiledWith } from "#dsl/compiler/program/compile-with-facts.js";
import { worldIn } from "../../../inference/measuring/measure-metric.js";
import { compileAll } from "../../../session/answers/host.js";
import type { Stage } from "../../../session/execution-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import type { How } from "../../../evaluation/evaluate-once.js";

export type Auto = Extract<Action, { verb: "auto" }>;
export interface AroundAuto {
  readonly session: OpenSession;
  readonly stage: Stage;
  readonly action: Auto;
}

/** A program of the host's own, behind the cells that ran. */
export function sourceOf({ stage, action }: AroundAuto, text: string, what: string): Source {
  const cell = stage.sources.at(-1);
  return {
    id: `auto:${action.name}:${what}`,
    title: `${action.name} (${what})`,
    text,
    ...(cell?.path !== undefined && { path: cell.path }),
  };
}

export function compiled({ session, stage }: AroundAuto, source: Source): Promise<CompiledWith> {
  return compileAll([...stage.sources, source], {
    hostContext: stage.hostContext,
    datasets: session.datasets,
    registry: session.vocabulary.registry,
    kept: session.kept,
    trained: session.models.trained(),
  });
}

/** What a training would be, or why there can be none. */
export async function trainingOf(
  around: AroundAuto,
  text: string,
  what: string,
): Promise<{ readonly plan: Plan; readonly warnings: readonly Diagnostic[] } | { readonly why: string }> {
  const { diagnostics, actions } = await compiled(around, sourceOf(around, text, what));
  const action = actions?.find((one) => one.verb === "train");
  if (action) return { plan: action.plan, warnings: diagnostics };
  const error = diagnostics.find(({ severity }) => severity === "error");
  return { why: error ? wordsFor(error).message : "it can't be trained" };
}

/** As a program writes it. */
export function textOf({ session }: AroundAuto, call: Call): string {
  return shortCall(call, session.vocabulary.registry);
}

/** How everything is scored: by the goals, and by what the bars are held to. */
export function howOf({ session, stage, action: { auto } }: AroundAuto): How {
  const bars = (auto.require ?? []).flatMap(
    (bar) => session.vocabulary.registry.find("bar", bar.word)?.capabilities?.metric(bar) ?? [],
  );
  return {
    metrics: [...auto.goals.map(({ metric }) => metric), ...bars],
    batch_size: 32,
    groups: true,
    world: worldIn(stage.hostContext.folder),
    judging: { beside: null, signal: stage.signal, onProgress: stage.hostContext.onProgress },
  };
}

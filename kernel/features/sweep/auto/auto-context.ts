/** Context of all parts of `sweep auto`, and how they compile a program to estimate it. */
import { diagnosticText, CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { shortCallText } from "#dsl/compiler/plan/short-call.js";
import type { CompiledWithFacts } from "#dsl/compiler/program/compile-with-facts.js";
import { metricFilesIn } from "../../../inference/measuring/measure-metric.js";
import { compileAll } from "../../../session/answers/host.js";
import type { ExecutionContext } from "../../../session/execution-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import type { EvaluationSettings } from "../../../evaluation/evaluate-once.js";
import {
  unusedName,
  type ProgramNames,
  programText,
  trialSettings,
  winnerProgram,
} from "../../../study/auto/program.js";
import type { ProgramProposal } from "../../../study/auto/auto.js";
import { modelSettingKeys } from "../../../study/trial-text.js";
import type { TrialSettingsCompleter } from "../../../sweep-runs/live-sweep.js";

export type AutoAction = Extract<Action, { verb: "auto" }>;
export interface AutoContext {
  readonly session: OpenSession;
  readonly stage: ExecutionContext;
  readonly action: AutoAction;
}

/** A generated program, compiled after the cells that ran. */
export function generatedProgramSource({ stage: context, action }: AutoContext, text: string, what: string): Source {
  const cell = context.sources.at(-1);
  return {
    id: `auto:${action.name}:${what}`,
    title: `${action.name} (${what})`,
    text,
    ...(cell?.path !== undefined && { path: cell.path }),
  };
}

export function compileSource({ session, stage: context }: AutoContext, source: Source): Promise<CompiledWithFacts> {
  return compileAll([...context.sources, source], {
    hostContext: context.hostContext,
    datasets: session.datasets,
    registry: session.vocabulary.registry,
    earlierCells: session.earlierCells,
    trained: session.models.trained(),
  });
}

/** Returns the plan of a training, or why there can be none. */
export async function compileTrainingPlan(
  around: AutoContext,
  text: string,
  what: string,
): Promise<{ readonly plan: Plan; readonly warnings: readonly Diagnostic[] } | { readonly why: string }> {
  const { diagnostics, actions } = await compileSource(around, generatedProgramSource(around, text, what));
  const action = actions?.find((one) => one.verb === "train");
  if (action) return { plan: action.plan, warnings: diagnostics };
  const error = diagnostics.find(({ severity }) => severity === "error");
  return { why: error ? diagnosticText(error).message : "it cannot be trained" };
}

/** The call as program text. */
export function callTextOf({ session }: AutoContext, call: Call): string {
  return shortCallText(call, session.vocabulary.registry);
}

/** Scoring settings: the metrics of the goals and of the thresholds. */
export function autoEvaluationSettings({ session, stage: context, action: { auto } }: AutoContext): EvaluationSettings {
  const bars = (auto.require ?? []).flatMap(
    (bar) => session.vocabulary.registry.find("bar", bar.word)?.capabilities?.metric(bar) ?? [],
  );
  return {
    metrics: [...auto.goals.map(({ metric }) => metric), ...bars],
    batch_size: 32,
    groups: true,
    world: metricFilesIn(context.hostContext.folder),
    judging: { beside: null, signal: context.signal, onProgress: context.hostContext.onProgress },
  };
}

async function namesFor(around: AutoContext): Promise<ProgramNames> {
  const { action } = around;
  const { names } = await compileSource(around, generatedProgramSource(around, "", "names"));
  const taken = new Set([...Object.keys(names), ...around.stage.hostContext.typescript()]);
  const { name } = action;
  return {
    data: action.auto.data.name,
    as: name,
    model: unusedName(`${name}_model`, taken),
    recipe: unusedName(`${name}_recipe`, taken),
  };
}

/** Returns the proposal as a source, and how a trial's values complete it. */
export async function programFromProposal(
  around: AutoContext,
  proposal: ProgramProposal,
): Promise<{ readonly source: Source; readonly whole: TrialSettingsCompleter }> {
  const names = await namesFor(around);
  const source = generatedProgramSource(around, programText(proposal, names), "program");
  const whole: TrialSettingsCompleter = (values) => {
    const program = trialSettings(proposal, values, modelSettingKeys());
    const winner = { ...names, model: `${names.model}_best`, recipe: `${names.recipe}_best` };
    return { values: { ...program.model, ...program.recipe }, tune: winnerProgram(program, winner) };
  };
  return { source, whole };
}

/** Returns the sweep of the generated program. Throws the coded error `auto-program-refused`. */
export async function compileSweep(around: AutoContext, source: Source): Promise<Extract<Action, { verb: "sweep" }>> {
  const { actions, diagnostics } = await compileSource(around, source);
  const sweep = actions?.find((one): one is Extract<Action, { verb: "sweep" }> => one.verb === "sweep");
  if (sweep) return sweep;
  const error = diagnostics.find(({ severity }) => severity === "error");
  throw new CodedError("auto-program-refused", {
    name: around.action.name,
    why: error ? diagnosticText(error).message : "",
    program: source.text,
  });
}

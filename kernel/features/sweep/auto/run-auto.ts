/**
 * `sweep auto`: inspects the data, tries cheap options, writes a sweep as a program, shows and runs it, and reports the
 * best.
 */
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { metricsOf } from "#dsl/compiler/plan/metrics.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { keepsBest } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import type {
  AutoReport,
  SkippedCandidate,
  ExaminedData,
  AutoOutcome,
  ProgramProposal,
  ProgramSetting,
} from "../../../study/auto/auto.js";
import { autoNotesOf, idleStartNote } from "../../../study/auto/heeds.js";
import { bestContestant, frontNames, outcomeSentence } from "../../../study/auto/outcome.js";
import { scoreLookCount } from "../../../study/auto/luck.js";
import {
  unusedName,
  programText,
  trialSettings,
  winnerProgram,
  type ProgramNames,
} from "../../../study/auto/program.js";
import { PROBE_BUDGET_SHARE } from "../../../study/auto/rules.js";
import { proposeProgram } from "../../../study/auto/propose.js";
import { autoViewsAfter, probesView, autoProgramView } from "../../../display/sweeps/auto/auto.js";
import { autoFactsView } from "../../../display/sweeps/auto/auto-facts.js";
import { trialsTable } from "../../../display/sweeps/trials-table.js";
import { sweepType, type SweepHandle } from "../../../study/trial.js";
import { modelKeys } from "../../../study/trial-text.js";
import { keptTrials, demandTrialRunning } from "../../../sweep-runs/ranking.js";
import type { LiveSweep, TrialCompleter } from "../../../sweep-runs/live-sweep.js";
import { executeSweep } from "../run.js";
import type { ExecutionContext } from "../../../session/execution-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import { compileSource, autoSourceOf, type AutoAction, type AutoContext } from "./auto-context.js";
import { scoreTrials, compareWithBest } from "./comparison.js";
import { estimateCandidates } from "./costs.js";
import { saveProposal, proposalFile, readProposal } from "./auto-state.js";
import { collectInitialFacts } from "./initial-facts.js";
import { runProbes, type ScoredContestant } from "./probes.js";

export async function runAuto(session: OpenSession, action: AutoAction, context: ExecutionContext): Promise<void> {
  const around = { session, stage: context, action };
  const begun = performance.now();
  const { name, auto } = action;
  const { registry } = session.vocabulary;
  const goal = { direction: auto.goal.direction, metric: metricName(auto.goal.metric, registry) };
  const there = await collectInitialFacts(around);
  if (there.able.length === 0) throw new CodedError("no-base-for-auto", { task: auto.task.word, left: there.left });
  let report: AutoReport = {
    name,
    goal,
    looked: there.looked,
    probed: [],
    left: there.left,
    program: null,
    outcome: null,
  };
  context.screen.display(autoFactsView(report));
  const tried = await runProbes(around, there.able, begun + PROBE_BUDGET_SHARE * auto.budgetMs);
  const { probed } = tried;
  report = { ...report, probed: probed.map(({ contestant }) => contestant), left: [...there.left, ...tried.left] };
  const seconds = (auto.budgetMs - (performance.now() - begun)) / 1000;
  const { facts } = await session.datasets.data(auto.data, null, context.hostContext);
  const file = proposalFile(around, facts.hash, there.able);
  const known = readProposal(file);
  const made = known
    ? { ...known, proposal: bounded(known.proposal, seconds) }
    : await proposed(around, { looked: there.looked, able: there.able, probed, seconds });
  report = { ...report, left: [...report.left, ...made.left] };
  const withoutTraining = probesView(report);
  if (withoutTraining) context.screen.display(withoutTraining);
  const { proposal } = made;
  if (!proposal) {
    untrained(session, { name, report, left: made.left }, context);
    return;
  }
  if (!known) saveProposal(file, { proposal, left: made.left });
  await searched(around, { report, proposal, probed });
}

interface Looking {
  readonly looked: ExaminedData;
  readonly able: Parameters<typeof estimateCandidates>[1];
  readonly probed: readonly ScoredContestant[];
  readonly seconds: number;
}

async function proposed(around: AutoContext, { looked: there, able, probed, seconds }: Looking) {
  const { auto } = around.action;
  return proposeProgram(await estimateCandidates(around, able, probed), {
    rows: there.rows.train,
    validating: there.rows.validation,
    task: there.task,
    seconds,
    trials: auto.trials,
    fixed: auto.fixed,
    requested: askedIn(around, seconds),
    keep: keptBy(around),
  });
}

/** The request as settings of a sweep. */
function askedIn({ action }: AutoContext, seconds: number): readonly ProgramSetting[] {
  const { written, trials, budgetTokens, atOnce, runner } = action.auto;
  const counted = Object.entries({ trials, tokens: budgetTokens ?? null, at_once: atOnce ?? null });
  return [
    ...counted.flatMap(([key, value]) => (value === null ? [] : [{ key, value: String(value) }])),
    budgetLine(seconds),
    ...(runner === undefined ? [] : [{ key: "runner", value: runner }]),
    ...Object.entries(written.keys).map(([key, value]) => ({ key, value })),
  ];
}
function budgetLine(seconds: number): ProgramSetting {
  return { key: "budget", value: `${String(Math.max(1, Math.round(seconds)))}s`, why: "what is left of it" };
}
/** Replaces the proposal's budget by the current one. */
function bounded(proposal: ProgramProposal, seconds: number): ProgramProposal {
  return { ...proposal, sweep: proposal.sweep.map((one) => (one.key === "budget" ? budgetLine(seconds) : one)) };
}

/** The first goal, if validations measure it during training; else null. */
function keptBy(around: AutoContext): string | null {
  const { session, action } = around;
  const { task, data, goal, written } = action.auto;
  const roles = Object.keys(data.columns);
  const measured = metricsOf(session.vocabulary.registry, task, roles, { training: true });
  return measured.includes(goal.metric.word) ? written.goal : null;
}

async function searched(
  around: AutoContext,
  options: {
    readonly report: AutoReport;
    readonly proposal: ProgramProposal;
    readonly probed: readonly ScoredContestant[];
  },
): Promise<void> {
  const { session, stage: context, action } = around;
  const { name } = action;
  const names = await namesFor(around);
  const source = autoSourceOf(around, programText(options.proposal, names), "program");
  const report = { ...options.report, program: source.text };
  context.screen.display(autoProgramView(report));
  const { actions, diagnostics } = await compileSource(around, source);
  const sweep = actions?.find((one): one is Extract<Action, { verb: "sweep" }> => one.verb === "sweep");
  if (!sweep) {
    const error = diagnostics.find(({ severity }) => severity === "error");
    throw new CodedError("auto-program-refused", {
      name,
      why: error ? diagnosticText(error).message : "",
      program: source.text,
    });
  }
  const whole: TrialCompleter = (values) => {
    const program = trialSettings(options.proposal, values, modelKeys());
    const winner = { ...names, model: `${names.model}_best`, recipe: `${names.recipe}_best` };
    return { values: { ...program.model, ...program.recipe }, tune: winnerProgram(program, winner) };
  };
  const within = { ...context, sources: [...context.sources, source] };
  const { live, log } = await executeSweep(session, { ...sweep, span: action.span }, within, {
    first: options.proposal.first,
    whole,
    onChange: whereIdle(options, report),
  });
  context.screen.display(trialsTable(live.view, { title: `Trials of ${name}` }));
  const numbers = live.nearest ? [] : keptTrials(sweep.sweep, log.ended);
  const retained = numbers.flatMap((number) => log.ended.find((one) => one.number === number) ?? []);
  const trials = await scoreTrials(around, retained);
  const looks = scoreLookCount(log.ended, { keepsBest: keepsBest(sweep.sweep.plan.recipe.training) });
  const none =
    live.nearest && `no trial clears the bars (trial ${String(live.nearest.number)} misses ${live.nearest.missed})`;
  const { best } = live;
  const heeds = autoNotesOf({
    goal: report.goal,
    vary: sweep.sweep.vary,
    trials: log.ended,
    best: best?.number ?? null,
    probed: report.probed,
  });
  const outcome = outcomeOf(report, { probed: options.probed, trials, tune: best?.tune ?? null, looks, none, heeds });
  for (const shown of autoViewsAfter({ ...report, outcome })) context.screen.display(shown);
}

/** Notes once, below the figures, that the first trials learned nothing. */
function whereIdle(
  { proposal: { first } }: { readonly proposal: ProgramProposal },
  { goal, probed }: AutoReport,
): (live: LiveSweep) => void {
  let isReported = false;
  return (live) => {
    const idle = isReported ? null : idleStartNote({ goal, probed, trials: live.trials, first: first.length });
    if (idle === null) return;
    isReported = true;
    live.note(idle);
  };
}

function outcomeOf(
  { name, goal, looked: { rows } }: AutoReport,
  options: {
    readonly probed: readonly ScoredContestant[];
    readonly trials: readonly ScoredContestant[];
    readonly tune: string | null;
    readonly looks: number;
    readonly heeds: readonly string[];
    /** Why no trial has a result; null if some have. */
    readonly none: string | null;
  },
): AutoOutcome {
  const [first] = options.trials;
  const versus = first ? compareWithBest(first, options.probed, options.looks) : [];
  const scored = [...options.probed, ...options.trials].map(({ contestant }) => contestant);
  return {
    scored,
    versus,
    tune: options.tune,
    front: frontNames(scored, goal),
    best:
      bestContestant(
        [...options.probed, ...(first ? [first] : [])].map(({ contestant }) => contestant),
        goal,
      )?.name ?? "",
    sentence: [
      outcomeSentence({
        name,
        goal,
        scored,
        versus,
        untrained: options.none,
        looks: options.looks,
        rows: rows.validation,
      }),
      ...options.heeds,
    ].join(" "),
  };
}

/** If nothing fits the budget, the result is the best option without training. `left`: trainings that are skipped. */
function untrained(
  session: OpenSession,
  {
    name,
    report,
    left,
  }: { readonly name: string; readonly report: AutoReport; readonly left: readonly SkippedCandidate[] },
  context: ExecutionContext,
): void {
  const handle: SweepHandle = {
    name,
    goal: report.goal,
    trials: [],
    best: null,
    stop: (number) => demandTrialRunning(name, number, []),
    clone: (number) => {
      throw new CodedError("trial-not-cloned", { sweep: name, trial: number, over: true });
    },
    change: (number) => demandTrialRunning(name, number, []),
  };
  session.sweeps.delete(name);
  session.untrained.add(name);
  session.names.define(name, handle, sweepType);
  const scored = report.probed;
  const why = `no training fits: ${listed(left)}`;
  const outcome: AutoOutcome = {
    scored,
    versus: [],
    tune: null,
    front: frontNames(scored, report.goal),
    best: bestContestant(scored, report.goal)?.name ?? "",
    sentence: outcomeSentence({
      name,
      goal: report.goal,
      scored,
      versus: [],
      untrained: why,
      looks: 0,
      rows: report.looked.rows.validation,
    }),
  };
  for (const shown of autoViewsAfter({ ...report, outcome })) context.screen.display(shown);
}
const listed = (left: readonly SkippedCandidate[]): string => left.map(({ what, why }) => `${what}: ${why}`).join("; ");

async function namesFor(around: AutoContext): Promise<ProgramNames> {
  const { action } = around;
  const { names } = await compileSource(around, autoSourceOf(around, "", "names"));
  const taken = new Set([...Object.keys(names), ...around.stage.hostContext.typescript()]);
  const { name } = action;
  return {
    data: action.auto.data.name,
    as: name,
    model: unusedName(`${name}_model`, taken),
    recipe: unusedName(`${name}_recipe`, taken),
  };
}

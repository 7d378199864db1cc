/** `sweep auto`: looks, tries what costs little, writes a sweep as a program, shows and runs it, and says what won. */
import { CodedError, wordsFor } from "#dsl/language/diagnostics/codes.js";
import { metricsOf } from "#dsl/compiler/plan/metrics.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { keepsBest } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import type { AutoReport, Left, Looked, Outcome, Proposal, Setting } from "../../../study/auto/auto.js";
import { heedsOf, idleFirst } from "../../../study/auto/heeds.js";
import { bestOf, frontIn, saidOf } from "../../../study/auto/outcome.js";
import { looksAt } from "../../../study/auto/luck.js";
import { freeName, programOf, wholeOf, winnerOf, type Names } from "../../../study/auto/program.js";
import { PROBING } from "../../../study/auto/rules.js";
import { propose } from "../../../study/auto/propose.js";
import { autoAfter, probedShown, programShown } from "../../../display/sweeps/auto/auto.js";
import { lookedShown } from "../../../display/sweeps/auto/auto-facts.js";
import { trialsTable } from "../../../display/sweeps/trials-table.js";
import { sweepType, type SweepHandle } from "../../../study/trial.js";
import { modelKeys } from "../../../study/trial-text.js";
import { keptOf } from "../../../sweep-runs/ranking.js";
import { demandRunning } from "../../../sweep-runs/requested-trials.js";
import type { LiveSweep, Whole } from "../../../sweep-runs/live-sweep.js";
import { sweepOf } from "../run.js";
import type { Stage } from "../../../session/execution-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import { compiled, sourceOf, type Auto, type AroundAuto } from "./auto-context.js";
import { scoredTrials, versusOf } from "./comparison.js";
import { candidates } from "./costs.js";
import { keep, keptFile, keptIn } from "./auto-state.js";
import { looked } from "./initial-facts.js";
import { probes, type Probed } from "./probes.js";

export async function runAuto(session: OpenSession, action: Auto, stage: Stage): Promise<void> {
  const around = { session, stage, action };
  const begun = performance.now();
  const { name, auto } = action;
  const { registry } = session.vocabulary;
  const goal = { direction: auto.goal.direction, metric: metricName(auto.goal.metric, registry) };
  const there = await looked(around);
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
  stage.screen.display(lookedShown(report));
  const tried = await probes(around, there.able, begun + PROBING * auto.budgetMs);
  const { probed } = tried;
  report = { ...report, probed: probed.map(({ contestant }) => contestant), left: [...there.left, ...tried.left] };
  const seconds = (auto.budgetMs - (performance.now() - begun)) / 1000;
  const { facts } = await session.datasets.data(auto.data, null, stage.hostContext);
  const file = keptFile(around, facts.hash, there.able);
  const known = keptIn(file);
  const made = known
    ? { ...known, proposal: bounded(known.proposal, seconds) }
    : await proposed(around, { looked: there.looked, able: there.able, probed, seconds });
  report = { ...report, left: [...report.left, ...made.left] };
  const withoutTraining = probedShown(report);
  if (withoutTraining) stage.screen.display(withoutTraining);
  const { proposal } = made;
  if (!proposal) {
    untrained(session, { name, report, left: made.left }, stage);
    return;
  }
  if (!known) keep(file, { proposal, left: made.left });
  await searched(around, { report, proposal, probed });
}

interface Looking {
  readonly looked: Looked;
  readonly able: Parameters<typeof candidates>[1];
  readonly probed: readonly Probed[];
  /** What is left of the budget. */
  readonly seconds: number;
}

async function proposed(around: AroundAuto, { looked: there, able, probed, seconds }: Looking) {
  const { auto } = around.action;
  return propose(await candidates(around, able, probed), {
    rows: there.rows.train,
    validating: there.rows.validation,
    task: there.task,
    seconds,
    trials: auto.trials,
    fixed: auto.fixed,
    asked: askedIn(around, seconds),
    keep: keptBy(around),
  });
}

/** What was asked for, in the words of a sweep. */
function askedIn({ action }: AroundAuto, seconds: number): readonly Setting[] {
  const { written, trials, budgetTokens, atOnce, runner } = action.auto;
  const counted = Object.entries({ trials, tokens: budgetTokens ?? null, at_once: atOnce ?? null });
  return [
    ...counted.flatMap(([key, value]) => (value === null ? [] : [{ key, value: String(value) }])),
    budgetLine(seconds),
    ...(runner === undefined ? [] : [{ key: "runner", value: runner }]),
    ...Object.entries(written.keys).map(([key, value]) => ({ key, value })),
  ];
}
function budgetLine(seconds: number): Setting {
  return { key: "budget", value: `${String(Math.max(1, Math.round(seconds)))}s`, why: "what is left of it" };
}
/** With the budget of today. */
function bounded(proposal: Proposal, seconds: number): Proposal {
  return { ...proposal, sweep: proposal.sweep.map((one) => (one.key === "budget" ? budgetLine(seconds) : one)) };
}

/** The first goal, where validations measure it while a model trains. */
function keptBy(around: AroundAuto): string | null {
  const { session, action } = around;
  const { task, data, goal, written } = action.auto;
  const roles = Object.keys(data.columns);
  const measured = metricsOf(session.vocabulary.registry, task, roles, { training: true });
  return measured.includes(goal.metric.word) ? written.goal : null;
}

/** Runs the program, and compares what it found. */
async function searched(
  around: AroundAuto,
  o: { readonly report: AutoReport; readonly proposal: Proposal; readonly probed: readonly Probed[] },
): Promise<void> {
  const { session, stage, action } = around;
  const { name } = action;
  const names = await namesFor(around);
  const source = sourceOf(around, programOf(o.proposal, names), "program");
  const report = { ...o.report, program: source.text };
  stage.screen.display(programShown(report));
  const { actions, diagnostics } = await compiled(around, source);
  const sweep = actions?.find((one): one is Extract<Action, { verb: "sweep" }> => one.verb === "sweep");
  if (!sweep) {
    const error = diagnostics.find(({ severity }) => severity === "error");
    throw new CodedError("auto-program-refused", {
      name,
      why: error ? wordsFor(error).message : "",
      program: source.text,
    });
  }
  const whole: Whole = (values) => {
    const own = wholeOf(o.proposal, values, modelKeys());
    const winner = { ...names, model: `${names.model}_best`, recipe: `${names.recipe}_best` };
    return { values: { ...own.model, ...own.recipe }, tune: winnerOf(own, winner) };
  };
  const within = { ...stage, sources: [...stage.sources, source] };
  const { live, log } = await sweepOf(session, { ...sweep, span: action.span }, within, {
    first: o.proposal.first,
    whole,
    onChange: whereIdle(o, report),
  });
  stage.screen.display(trialsTable(live.view, { title: `Trials of ${name}` }));
  const numbers = live.nearest ? [] : keptOf(sweep.sweep, log.ended);
  const kept = numbers.flatMap((number) => log.ended.find((one) => one.number === number) ?? []);
  const trials = await scoredTrials(around, kept);
  const looks = looksAt(log.ended, { keepsBest: keepsBest(sweep.sweep.plan.recipe.training) });
  const none =
    live.nearest && `no trial clears the bars (trial ${String(live.nearest.number)} misses ${live.nearest.missed})`;
  const { best } = live;
  const heeds = heedsOf({
    goal: report.goal,
    vary: sweep.sweep.vary,
    trials: log.ended,
    best: best?.number ?? null,
    probed: report.probed,
  });
  const outcome = outcomeOf(report, { probed: o.probed, trials, tune: best?.tune ?? null, looks, none, heeds });
  for (const shown of autoAfter({ ...report, outcome })) stage.screen.display(shown);
}

/** Says once, beneath the pictures, that what began first learnt nothing. */
function whereIdle(
  { proposal: { first } }: { readonly proposal: Proposal },
  { goal, probed }: AutoReport,
): (live: LiveSweep) => void {
  let told = false;
  return (live) => {
    const idle = told ? null : idleFirst({ goal, probed, trials: live.trials, first: first.length });
    if (idle === null) return;
    told = true;
    live.note(idle);
  };
}

function outcomeOf(
  { name, goal, looked: { rows } }: AutoReport,
  o: {
    readonly probed: readonly Probed[];
    readonly trials: readonly Probed[];
    readonly tune: string | null;
    readonly looks: number;
    readonly heeds: readonly string[];
    /** Why no trial counts; null: some do. */
    readonly none: string | null;
  },
): Outcome {
  const [first] = o.trials;
  const versus = first ? versusOf(first, o.probed, o.looks) : [];
  const scored = [...o.probed, ...o.trials].map(({ contestant }) => contestant);
  return {
    scored,
    versus,
    tune: o.tune,
    front: frontIn(scored, goal),
    best:
      bestOf(
        [...o.probed, ...(first ? [first] : [])].map(({ contestant }) => contestant),
        goal,
      )?.name ?? "",
    said: [
      saidOf({ name, goal, scored, versus, untrained: o.none, looks: o.looks, rows: rows.validation }),
      ...o.heeds,
    ].join(" "),
  };
}

/** Nothing fits: what needs no training is what there is. `left`: trainings that are passed over. */
function untrained(
  session: OpenSession,
  { name, report, left }: { readonly name: string; readonly report: AutoReport; readonly left: readonly Left[] },
  stage: Stage,
): void {
  const handle: SweepHandle = {
    name,
    goal: report.goal,
    trials: [],
    best: null,
    stop: (number) => demandRunning(name, number, []),
    clone: (number) => {
      throw new CodedError("trial-not-cloned", { sweep: name, trial: number, over: true });
    },
    change: (number) => demandRunning(name, number, []),
  };
  session.sweeps.delete(name);
  session.untrained.add(name);
  session.names.define(name, handle, sweepType);
  const scored = report.probed;
  const why = `no training fits: ${listed(left)}`;
  const outcome: Outcome = {
    scored,
    versus: [],
    tune: null,
    front: frontIn(scored, report.goal),
    best: bestOf(scored, report.goal)?.name ?? "",
    said: saidOf({
      name,
      goal: report.goal,
      scored,
      versus: [],
      untrained: why,
      looks: 0,
      rows: report.looked.rows.validation,
    }),
  };
  for (const shown of autoAfter({ ...report, outcome })) stage.screen.display(shown);
}
const listed = (left: readonly Left[]): string => left.map(({ what, why }) => `${what}: ${why}`).join("; ");

async function namesFor(around: AroundAuto): Promise<Names> {
  const { action } = around;
  const { names } = await compiled(around, sourceOf(around, "", "names"));
  const taken = new Set([...Object.keys(names), ...around.stage.hostContext.typescript()]);
  const { name } = action;
  return {
    data: action.auto.data.name,
    as: name,
    model: freeName(`${name}_model`, taken),
    recipe: freeName(`${name}_recipe`, taken),
  };
}

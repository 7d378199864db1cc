/**
 * `sweep auto`: inspects the data, tries cheap options, writes a sweep as a program, shows and runs it, and reports the
 * best.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { keepsBestWeights } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import type { AutoReport, ProgramProposal } from "../../../study/auto/auto.js";
import { autoOutcomeNotes, noLearningYetNote } from "../../../study/auto/notes.js";
import { scoreLookCount } from "../../../study/auto/selection-bias.js";
import { PROBE_BUDGET_SHARE } from "../../../study/auto/rules.js";
import { autoViewsAfter, probesView, autoProgramView } from "../../../display/sweeps/auto/auto.js";
import { autoFactsView } from "../../../display/sweeps/auto/auto-facts.js";
import { trialsTable } from "../../../display/sweeps/trials-table.js";
import { trialsWithKeptWeights } from "../../../sweep-runs/ranking.js";
import type { LiveSweep } from "../../../sweep-runs/live-sweep.js";
import { executeSweep } from "../../../sweep-runs/local-sweep.js";
import type { ExecutionContext } from "../../../session/execution-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import { type AutoAction, type AutoContext, programFromProposal, compileSweep } from "./auto-context.js";
import { scoreTrials, autoOutcomeOf, reportWithoutTraining } from "./comparison.js";
import { saveProposal, proposalFile, readProposal, proposeFromProbes, proposalWithBudget } from "./auto-state.js";
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
    ? { ...known, proposal: proposalWithBudget(known.proposal, seconds) }
    : await proposeFromProbes(around, { looked: there.looked, able: there.able, probed, seconds });
  report = { ...report, left: [...report.left, ...made.left] };
  const withoutTraining = probesView(report);
  if (withoutTraining) context.screen.display(withoutTraining);
  const { proposal } = made;
  if (!proposal) {
    reportWithoutTraining(session, { name, report, left: made.left }, context);
    return;
  }
  if (!known) saveProposal(file, { proposal, left: made.left });
  await searched(around, { report, proposal, probed });
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
  const { source, whole } = await programFromProposal(around, options.proposal);
  const report = { ...options.report, program: source.text };
  context.screen.display(autoProgramView(report));
  const sweep = await compileSweep(around, source);
  const within = { ...context, sources: [...context.sources, source] };
  const { live, log } = await executeSweep(session, { ...sweep, span: action.span }, within, {
    first: options.proposal.first,
    whole,
    onChange: whereIdle(options, report),
  });
  context.screen.display(trialsTable(live.view, { title: `Trials of ${name}` }));
  const numbers = live.nearest ? [] : trialsWithKeptWeights(sweep.sweep, log.ended);
  const retained = numbers.flatMap((number) => log.ended.find((one) => one.number === number) ?? []);
  const trials = await scoreTrials(around, retained);
  const looks = scoreLookCount(log.ended, { keepsBest: keepsBestWeights(sweep.sweep.plan.recipe.training) });
  const none =
    live.nearest && `no trial clears the bars (trial ${String(live.nearest.number)} misses ${live.nearest.missed})`;
  const { best } = live;
  const heeds = autoOutcomeNotes({
    goal: report.goal,
    vary: sweep.sweep.vary,
    trials: log.ended,
    best: best?.number ?? null,
    probed: report.probed,
  });
  const outcome = autoOutcomeOf(report, {
    probed: options.probed,
    trials,
    tune: best?.tune ?? null,
    looks,
    none,
    heeds,
  });
  for (const shown of autoViewsAfter({ ...report, outcome })) context.screen.display(shown);
}

/** Notes once, below the figures, that the first trials learned nothing. */
function whereIdle(
  { proposal: { first } }: { readonly proposal: ProgramProposal },
  { goal, probed }: AutoReport,
): (live: LiveSweep) => void {
  let isReported = false;
  return (live) => {
    const idle = isReported ? null : noLearningYetNote({ goal, probed, trials: live.trials, first: first.length });
    if (idle === null) return;
    isReported = true;
    live.note(idle);
  };
}

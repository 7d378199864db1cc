/** What is known before any trial: the data, the machine, and each base. */
import { availableParallelism } from "node:os";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { lengthQuantile } from "#dsl/compiler/plan/lengths.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { SkippedCandidate, TokenLengths, ExaminedData, ExaminedBase } from "../../../study/auto/auto.js";
import { weightBytes } from "../../../bases/base.js";
import { availableMemoryBytes } from "../../../session/answers/machine.js";
import { availableBases } from "./local-bases.js";
import { callTextOf, compileTrainingPlan, type AutoContext } from "./auto-context.js";

/** Warnings that a base was made for other texts. */
const STRANGE: ReadonlySet<string> = new Set(["unknown-tokens", "costly-language"]);

/** A base that can do the task. */
export interface UsableBase {
  readonly looked: ExaminedBase;
  /** Plan of a training with the task's and the language's defaults. */
  readonly plan: Plan;
  readonly positions: number;
}

export async function collectInitialFacts(around: AutoContext): Promise<{
  readonly looked: ExaminedData;
  readonly able: readonly UsableBase[];
  readonly left: readonly SkippedCandidate[];
}> {
  const { session, stage: context, action } = around;
  const { data, bases } = action.auto;
  const able: UsableBase[] = [];
  const left: SkippedCandidate[] = [];
  const same = new Set<string | null>();
  for (const name of bases ?? (await availableBases())) {
    context.signal?.throwIfAborted();
    const found = await baseBeside(around, name);
    if ("why" in found) left.push({ what: name, why: found.why });
    else if (same.has(found.plan.recipe.model.baseHash)) left.push({ what: name, why: "it is already listed" });
    else {
      same.add(found.plan.recipe.model.baseHash);
      able.push(found);
    }
  }
  const { facts } = await session.datasets.data(data, null, context.hostContext);
  const languages = [...new Set(able.flatMap(({ plan }) => plan.reads ?? []).map(({ name }) => name))];
  const rows = (split: string): number => facts.splits[split]?.rows ?? 0;
  return {
    able,
    left,
    looked: {
      data: data.name,
      task: callTextOf(around, action.auto.task),
      rows: { train: rows("train"), validation: rows("validation") },
      labels: (facts.splits["train"]?.labels ?? [])
        .map(({ label, count }) => ({ label, count }))
        .toSorted((a, b) => b.count - a.count),
      languages,
      machine: { memoryBytes: availableMemoryBytes(), cores: availableParallelism(), engine: session.datasets.engine },
      bases: able.map(({ looked: base }) => base),
    },
  };
}

async function baseBeside(around: AutoContext, name: string): Promise<UsableBase | { readonly why: string }> {
  const { session, stage: context, action } = around;
  const { data, task } = action.auto;
  const found = await compileTrainingPlan(
    around,
    `model found_base { base: ${JSON.stringify(name)}, task: ${callTextOf(around, task)} }\ntrain found_base on ${data.name} as found_try { epochs: 1 }`,
    name,
  );
  if ("why" in found) return found;
  const { plan, warnings } = found;
  // If the user names bases, these warnings do not exclude them.
  const strange = action.auto.bases ? undefined : warnings.find(({ code }) => STRANGE.has(code));
  if (strange) return { why: diagnosticText(strange).message };
  const reader = dataReadingSettingsOf(plan.recipe.model);
  const { facts } = await session.datasets.base(reader, context.hostContext);
  const measured = await session.datasets.data(data, reader, context.hostContext);
  return {
    plan,
    positions: Math.min(facts.positions, plan.recipe.model.max_length),
    looked: {
      name,
      parameters: facts.parameters,
      bytes: weightBytes(facts),
      lengths: lengthsIn(measured.facts),
    },
  };
}

function lengthsIn(facts: DataFacts): TokenLengths | null {
  const trainLengths = facts.splits["train"]?.lengths;
  const [median, p95, p99] = [
    lengthQuantile(trainLengths, 0.5),
    lengthQuantile(trainLengths, 0.95),
    lengthQuantile(trainLengths, 0.99),
  ];
  return trainLengths && median !== null && p95 !== null && p99 !== null
    ? { median, p95, p99, longest: trainLengths.longest }
    : null;
}

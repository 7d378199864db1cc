/** The whole plan of a training, where the machine has room for it. */
import type { Program } from "../plan/program.js";
import { isBatchwise } from "../checks/batching.js";
import { checkMachine } from "../checks/fits.js";
import { estimateOfRanks, ranksOf } from "../plan/ranks.js";
import { checkOverFitting } from "../checks/training-warnings.js";
import { isCall } from "../plan/definitions.js";
import { estimate, stillOf, trainedBy, trainingSplit } from "../plan/estimates.js";
import type { MachineFacts } from "../../language/types/facts.js";
import type { Over } from "../checks/fitting.js";
import type { CompressPlan } from "../plan/actions/compress-actions.js";
import { allRows } from "../plan/batches.js";
import { countTruncated } from "../plan/epoch-rows.js";
import type { EpochRows } from "../../language/types/capabilities/row-format.js";
import type { Drawn } from "../plan/drawn-rows.js";
import type { Span } from "../../language/diagnostics/span.js";
import { failed, type DataFacts } from "../../language/types/facts.js";
import { readerOf, type ModelPlan } from "../../language/types/subject.js";
import { planHash, recipeHash } from "../plan/hash.js";
import { takenApart } from "./personal.js";
import { saidOf } from "./said-of-data.js";
import { privacyOf } from "./promises.js";
import { withOwnDropout } from "../plan/bases/own-dropout.js";
import type { Effects, Estimates, Plan } from "../plan/plan.js";
import type { PrivacyPlan, Recipe, RecipePlan } from "../plan/recipe.js";
import { SEMANTICS } from "../plan/semantics.js";
import type { Training, Planned } from "./training-request.js";
import type { Known } from "./training-definitions.js";

/** The plan, where the machine has room for it. */
export function fittingPlan(
  program: Program,
  o: Training,
  known: Known,
  machine: MachineFacts,
): Omit<Planned, "calibrate"> | undefined {
  const { data, model, base, facts, validation, recipe } = known;
  const ranks = ranksOf(program, o.runner);
  const beside = o.beside?.(base) ?? null;
  const more = o.compress ? drawnBeside(program, o.compress, { model: model.plan, own: facts, here: o.here }) : null;
  if (more === undefined) return undefined;
  const drawn = more && { ...more, asked: beside ? undefined : o.larger };
  const kept = o.kept?.({ model: model.plan, facts });
  if (o.kept && !kept) return undefined;
  const estimated = ({ training, model: other }: Over): Estimates =>
    estimateOfRanks(ranks, machine.cores, { ...recipe.plan, ...training }, (of) => {
      const own = { ...model.plan, ...other };
      const made = estimate(program, { model: own, base, data: facts, training: of, machine, beside, drawn, kept });
      return o.still ? stillOf(made) : made;
    });
  const recompute = recomputeOf(recipe.plan, machine, estimated);
  const estimates = estimated({ training: { recompute }, model: {} });
  const fitting = {
    model: o.model,
    plan: model.plan,
    training: recipe.plan,
    recompute,
    settings: o.settings,
    here: o.here,
    machine,
    statement: o.statement,
    frozen: trainedBy(program, model.plan, base).frozen,
    parts: !isBatchwise(program, model.plan, data.plan),
    lengths: trainingSplit(facts)?.lengths,
    estimated: ({ training, model: other }: Over) => estimated({ training: { recompute, ...training }, model: other }),
  };
  if (!checkMachine(program, fitting, estimates)) return undefined;
  // Noise hides what single rows would teach by heart, and of rows elsewhere nothing is known.
  if (!recipe.privacy && o.federated?.settings.joined === undefined)
    checkOverFitting(program, { training: recipe.plan, estimates, validation, settings: o.settings, here: o.here });
  const privacy = privacyOf(program, o, known, estimates);
  if (recipe.privacy && !privacy) return undefined;
  const taken = o.federated
    ? takenApart(program, o.federated, known, {
        estimates,
        here: o.here,
        firstAt: o.dataAt,
        carried: isCall(o.runner?.value),
      })
    : estimates;
  if (!taken) return undefined;
  return { resume: recipe.resume, plan: wholePlan(program, o, known, { recompute, estimates: taken, privacy }) };
}

/** What `recompute` comes to: nothing is computed twice where there is memory to keep it. */
function recomputeOf(
  { recompute }: RecipePlan,
  machine: MachineFacts,
  estimated: (over: Over) => Estimates,
): "none" | "blocks" {
  if (recompute !== "auto") return recompute;
  const kept = estimated({ training: { recompute: "none" }, model: {} });
  return kept.memoryBytes <= machine.memoryBytes ? "none" : "blocks";
}

function wholePlan(
  program: Program,
  o: Training,
  { data, model, facts, recipe, base, others }: Known,
  {
    recompute,
    estimates,
    privacy,
  }: Pick<Effects, "recompute"> & { readonly estimates: Estimates; readonly privacy: PrivacyPlan | undefined },
): Plan {
  const ranks = recipe.plan.average && { ranks: ranksOf(program, o.runner).count };
  const training = { ...recipe.plan, ...ranks, ...(privacy && { privacy }) };
  const { loaded, ...own } = model.plan;
  void loaded; // whose weights it begins with stands in the update
  const subject = o.update ? own : model.plan;
  const update = o.update && { update: o.update };
  const further = others.map((one) => ({ data: one.plan, dataHash: one.facts.hash }));
  const federated = o.federated && { federated: { ...o.federated.settings, others: further } };
  const made = { semantics: SEMANTICS, data: data.plan, dataHash: facts.hash, model: subject, training };
  const compress = o.compress && { compress: o.compress };
  const whole: Recipe = { ...made, ...update, ...federated, ...compress };
  const allowed = program.allowed.map(({ code, reason, of }) => ({ code, reason, of }));
  const effects: Effects = {
    run: o.run,
    ...(o.repeats && { repeats: o.repeats.count }),
    ...(o.detach === true && { detach: true as const }),
    ...(isCall(o.runner?.value) && { runner: o.runner.value }),
    engine: program.engine.engine,
    threads: program.engine.threads,
    recompute,
    ...(allowed.length > 0 && { allowed }),
  };
  return {
    version: 1,
    recipe: whole,
    effects,
    estimates,
    ...(base.origin && { base: base.origin }),
    ...saidOf([{ plan: data.plan, facts }, ...others]),
    origins: withOwnDropout({ ...data.origins, ...model.origins, ...recipe.origins }, training, base.config),
    recipeHash: recipeHash(whole),
    planHash: planHash(whole, effects),
  };
}

/** Null: there are none; undefined: they are not known yet, or can't be read (which is told). */
function drawnBeside(
  program: Program,
  { unlabelled = [], stage }: Pick<CompressPlan, "unlabelled" | "stage">,
  { model, own, here }: { readonly model: ModelPlan; readonly own: DataFacts; readonly here: Span },
): Drawn | null | undefined {
  const base = readerOf(model);
  const all = unlabelled.map(({ data }) => program.ask({ about: "data", data, base }, true));
  for (const one of all) if (one !== undefined && failed(one)) program.reportFailed(one, here);
  const known = all.flatMap((one) => (one === undefined || failed(one) ? [] : [one]));
  if (known.length < all.length) return undefined;
  const fedOf = (facts: DataFacts): EpochRows => countTruncated(allRows(trainingSplit(facts)), model.max_length);
  const times = program.registry.find(stage.kind as "student", stage.word)?.capabilities?.adds?.(stage) ?? 0;
  const { rows, tokens, longest } = fedOf(own);
  const made = times > 0 ? [{ rows: times * rows, tokens: times * tokens, longest }] : [];
  const drawn = [...known.map(fedOf), ...made];
  if (drawn.length === 0) return null;
  return {
    rows: drawn.reduce((sum, one) => sum + one.rows, 0),
    tokens: drawn.reduce((sum, one) => sum + one.tokens, 0),
    longest: Math.max(...drawn.map((one) => one.longest)),
  };
}

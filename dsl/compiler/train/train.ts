/**
 * `train`: combines the recipe after `with`, a sweep's best and the statement's own block, and plans it for each model.
 */
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { DefinitionDraft, Program, NamedTraining } from "../plan/program.js";
import { foldModelName, writtenFoldCount, withHeldOutFold } from "../plan/folds.js";
import { repeatName, repeatsHash, repeatPlansOf } from "../plan/repeats.js";
import type { Span } from "../../language/diagnostics/span.js";
import { mustGet } from "../../language/diagnostics/codes.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import type { Operand, WordNode } from "../../language/syntax/tree.js";
import type { GivenValue } from "../../language/types/value.js";
import { addAction, operandName } from "../statement/run-action.js";
import { bestTrialOf } from "../plan/sweep/best.js";
import { isCall, verbParametersOf } from "../plan/definitions.js";
import { draftOf } from "../drafts/names.js";
import { rejectFederationOnlyRunner } from "../drafts/runner-limits.js";
import { checkEpochsOrSteps, trainingSettingsOf } from "../drafts/settings.js";
import { planTraining } from "../drafts/plan-training.js";
import { type PlannedTraining } from "../drafts/training-request.js";
import { refusePrivacyOfFolds } from "../checks/privacy.js";

/** Keys of the statement that are not recipe settings. */
const OF_STATEMENT: readonly string[] = ["repeats", "calibrate", "detach", "runner", "forgetting"];

export function compileTrain(program: Program, header: StatementHeader): void {
  const { clauses, statement } = header;
  const onto = clauses.get("on")?.operands[0];
  const data = onto && draftOf(program, onto, "data", "on");
  const withClause = clauses.get("with")?.operands[0];
  const best =
    withClause?.is === "word" &&
    withClause.path.length === 2 &&
    program.names.get(withClause.path[0]?.text ?? "")?.is === "sweep"
      ? bestTrialOf(program, withClause)
      : undefined;
  const recipe = withClause && best === undefined ? draftOf(program, withClause, "recipe", "with") : undefined;
  const ownKeys = readKeys(
    program,
    statement.block?.entries ?? [],
    header.verb,
    [...header.verb.parameters, ...verbParametersOf(program, "recipe")],
    new Map([...(recipe?.given ?? []), ...(best ? best.recipe : [])]),
  );
  const keys = statement.block?.entries.map((e) => e.key.path[0] ?? e.key.text) ?? [];
  checkEpochsOrSteps(program, ownKeys.given, keys, statement.verb.span);
  const [calibrate, runner] = [ownKeys.given.get("calibrate"), ownKeys.given.get("runner")];
  const detach = ownKeys.given.get("detach")?.value === true ? ownKeys.given.get("detach") : undefined;
  const untold = ownKeys.given.get("forgetting")?.value === false;
  const written = new Map<string, GivenValue>([
    ...(best ? best.recipe : []),
    ...[...ownKeys.given].filter(([key]) => keys.includes(key) && !OF_STATEMENT.includes(key)),
  ]);
  const repeats = ownKeys.given.get("repeats");
  const as = operandName(clauses.get("as")?.operands[0]);
  const models = header.operands.map((operand) => operandName(operand)?.text);
  const taken = as && program.names.get(as.text)?.is === "model" && !models.includes(as.text);
  if (taken) program.report("kept-as-a-model", { name: as.text }, as.span);
  if (as && header.operands.length > 1)
    program.report("too-many-operands", { after: "as", found: header.operands.length }, as.span);
  const works = rejectFederationOnlyRunner(program, "train", runner, statement.verb.span);
  const apart = detach && demandDetachable(program, header, { detach, as });
  const broken =
    apart === false ||
    !works ||
    taken === true ||
    !header.sound ||
    ownKeys.broken ||
    (withClause !== undefined && !recipe && !best) ||
    best === null;
  const bestAt = best !== undefined && withClause?.is === "word" ? withClause : undefined;
  const parts = {
    calibrate,
    runner,
    detached: detach && as?.text,
    best: best ?? null,
    bestAt,
    recipe: recipe ?? null,
    written,
    broken,
    onto,
  };
  for (const operand of header.operands) {
    const model = draftOf(program, operand, "model", "train");
    const name = as?.text ?? model?.name;
    if (as && !taken) program.define(as.text, as.span, { is: "run" });
    if (!model || !data || !onto || name === undefined) {
      if (name !== undefined) program.tried.add(name);
      continue;
    }
    const one = { ...parts, model, name, modelAt: operand.span };
    const folds = writtenFoldCount(program, data);
    const span = (as ?? operandName(operand))?.span ?? operand.span;
    if (repeats && folds !== null)
      program.report("repeats-of-folds", { data: data.name, repeats: Number(repeats.value) }, repeats.span);
    else if (repeats) trainRepeats(program, header, { ...one, data, span }, repeats);
    else if (folds === null) {
      const planned = trainOn(program, header, { ...one, data });
      if (planned) {
        const { plan, resume } = planned;
        const more = {
          ...fits(planned),
          ...(detach && { detach: true as const }),
          ...(untold && { forgetting: false as const }),
        };
        addAction(program, header, "train", { name, plan, resume, ...more });
      }
    } else if (calibrate) program.report("calibrate-on-folds", { data: data.name }, calibrate.span);
    else if (isCall((one.written.get("privacy") ?? one.recipe?.given.get("privacy"))?.value))
      refusePrivacyOfFolds(program, { data, folds, place: one.written.get("privacy")?.span, here: span });
    else trainFolds(program, header, { ...one, data, span }, folds);
  }
}

/** Checks that a detached training has a name to attach it by. */
function demandDetachable(
  program: Program,
  { operands, statement }: StatementHeader,
  options: {
    readonly detach: GivenValue;
    readonly as: ReturnType<typeof operandName>;
  },
): boolean {
  const model = operandName(operands[0])?.text;
  if (!options.as && model !== undefined) {
    const offset = statement.block?.span.start ?? statement.span.end;
    const here = { source: program.source.id, start: offset, end: offset };
    const name = `trained_${model}`;
    const more = program.names.has(name) ? {} : { fix: replacementFix(here, `as ${name} `, `write \`as ${name}\``) };
    program.report("detach-without-name", { model }, options.detach.span, more);
  }
  return options.as !== undefined;
}

interface One {
  readonly name: string;
  readonly model: DefinitionDraft;
  readonly data: DefinitionDraft;
  readonly best: NonNullable<ReturnType<typeof bestTrialOf>> | null;
  /** Where a sweep's best is named. */
  readonly bestAt: WordNode | undefined;
  readonly recipe: DefinitionDraft | null;
  /** Settings of the statement's own block. */
  readonly written: ReadonlyMap<string, GivenValue>;
  readonly calibrate: GivenValue | undefined;
  /** The name to attach it by; unset for a training in this process. */
  readonly detached: string | undefined;
  readonly runner: GivenValue | undefined;
  readonly broken: boolean;
  readonly onto: Operand | undefined;
  readonly modelAt: Span;
  readonly fold?: number;
  readonly repeats?: { readonly count: number; readonly span: Span };
}

/** Plans one training and binds its name to it. @returns the plan, if the source is to run */
function trainOn(program: Program, header: StatementHeader, options: One): ReturnType<typeof planTraining> {
  const { statement } = header;
  const model: DefinitionDraft = options.best
    ? { ...options.model, given: new Map([...options.model.given, ...options.best.model]) }
    : options.model;
  if (options.recipe) program.require(options.recipe.needs);
  const data: DefinitionDraft = options.best
    ? { ...options.data, given: new Map([...options.data.given, ...options.best.data]) }
    : options.data;
  const best = options.bestAt && { best: options.bestAt };
  const run = { model, data, recipe: options.recipe, ownSettings: options.written, ...best };
  const planned = program.silent
    ? undefined
    : planTraining(program, {
        model,
        data,
        recipe: options.recipe,
        settings: trainingSettingsOf(program, run),
        calibrate: options.calibrate,
        runner: options.runner,
        run: options.name,
        modelAt: options.modelAt,
        dataAt: options.onto?.span ?? statement.span,
        here: statement.verb.span,
        broken: options.broken,
        repeats: options.repeats,
        detach: options.detached !== undefined,
        statement: { block: statement.block?.span, end: statement.span.end },
      });
  const recipeHash = planned?.plan.recipeHash;
  program.runs.set(options.name, {
    ...run,
    here: !program.silent,
    ...(recipeHash !== undefined && { recipeHash }),
    ...(options.fold !== undefined && { fold: options.fold }),
    ...(options.detached !== undefined && { detached: options.detached }),
  });
  return planned;
}

const GREATEST_SEED = 2_147_483_647;

/** Plans one training per seed; each has its own name, in addition to the name that the best one gets. */
function trainRepeats(
  program: Program,
  header: StatementHeader,
  options: One & { readonly span: Span },
  { value, span }: GivenValue,
): void {
  const count = Number(value);
  const whole = trainOn(program, header, { ...options, repeats: { count, span } });
  const run = mustGet(program.runs, options.name, "training");
  const settings = trainingSettingsOf(program, run);
  const first = Number(settings.get("seed")?.value ?? whole?.plan.recipe.training.seed ?? 0);
  if (first + count - 1 > GREATEST_SEED)
    program.report("seeds-run-out", { seed: first, repeats: count, most: GREATEST_SEED }, span);
  const each = whole && repeatPlansOf(whole.plan);
  for (let i = 0; i < count; i++) {
    const name = repeatName(options.name, i + 1);
    program.define(name, options.span, { is: "run" });
    const seed: GivenValue = { value: first + i, span, from: "written", places: new Map() };
    const recipeHash = each?.[i]?.plan.recipeHash;
    const seedSettings = new Map([...options.written, ["seed", seed] as const]);
    program.runs.set(name, {
      ...without(run),
      seeded: true,
      ownSettings: seedSettings,
      ...(recipeHash !== undefined && { recipeHash }),
    });
  }
  const recipeHash = whole && repeatsHash(whole.plan.recipeHash, count);
  program.runs.set(options.name, { ...run, repeats: count, ...(recipeHash !== undefined && { recipeHash }) });
  if (!whole || !each || recipeHash === undefined) return;
  if (!whole.plan.recipe.training.validate) {
    // There may be validation rows, but the recipe does not use them.
    const wasReported = program.reporter.diagnostics.some((d) => d.code === "needs-validation" && d.span === span);
    if (!wasReported) program.report("needs-validation", { what: "repeats", data: options.data.name }, span);
    return;
  }
  const { plan, resume } = whole;
  const more = { ...fits(whole), ...(options.detached !== undefined && { detach: true as const }) };
  addAction(program, header, "train", { name: options.name, plan, resume, repeats: { each, recipeHash }, ...more });
}
const without = ({ recipeHash, ...run }: NamedTraining): NamedTraining => run;

/** Returns the calibrations to fit after the training. */
function fits({
  calibrate,
}: Pick<PlannedTraining, "calibrate">): { readonly calibrate: PlannedTraining["calibrate"] } | undefined {
  return calibrate.length > 0 ? { calibrate } : undefined;
}

function trainFolds(
  program: Program,
  header: StatementHeader,
  options: One & { readonly span: Span },
  k: number,
): void {
  const names = Array.from({ length: k }, (_, i) => foldModelName(options.name, i + 1));
  const planned = names.map((name, i) => {
    program.define(name, options.span, { is: "run" });
    const one = { ...options, name, data: withHeldOutFold(options.data, i + 1), fold: i + 1 };
    const training = trainOn(program, header, one);
    return training && { name, ...training };
  });
  const first = mustGet(program.runs, names[0], "training");
  program.runs.set(options.name, { ...first, folds: names });
  const whole = planned.flatMap((one) => one ?? []);
  if (!whole[0] || whole.length < k) return;
  const { plan, resume } = whole[0];
  const more = options.detached === undefined ? {} : { detach: true as const };
  addAction(program, header, "train", { name: options.name, plan, resume, folds: whole, ...more });
}

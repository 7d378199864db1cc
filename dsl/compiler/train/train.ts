/** `train`: a recipe put together from `with`, a sweep's best and the statement's own block, planned for each model it names. */
import type { Header } from "../../language/types/header.js";
import { keysOf } from "../../language/types/keys.js";
import type { Draft, Program, Run } from "../plan/program.js";
import { foldModel, foldsWritten, holding } from "../plan/folds.js";
import { repeatName, repeatsHash, repeatsOf } from "../plan/repeats.js";
import type { Span } from "../../language/diagnostics/span.js";
import { mustGet } from "../../language/diagnostics/must.js";
import { replace } from "../../language/diagnostics/reporter.js";
import type { Operand, WordNode } from "../../language/syntax/tree.js";
import type { Given } from "../../language/types/given-value.js";
import { act, nameOf } from "../statement/run-action.js";
import { bestOf } from "../plan/sweep/best.js";
import { isCall, parametersOf } from "../plan/definitions.js";
import { draftOf } from "../drafts/names.js";
import { demandWorkers } from "../drafts/runner-limits.js";
import { checkDuration, settingsOf } from "../drafts/settings.js";
import { planTraining } from "../drafts/draft-training.js";
import { type Planned } from "../drafts/training-request.js";
import { tuneText } from "../plan/text.js";
import type {} from "../checks/privacy-codes.js";

/** Keys of the statement that are no settings of the recipe. */
const OF_STATEMENT: readonly string[] = ["repeats", "calibrate", "detach", "runner", "forgetting"];

export function train(program: Program, header: Header): void {
  const { clauses, statement } = header;
  const onto = clauses.get("on")?.operands[0];
  const data = onto && draftOf(program, onto, "data", "on");
  const withClause = clauses.get("with")?.operands[0];
  const best =
    withClause?.is === "word" &&
    withClause.path.length === 2 &&
    program.names.get(withClause.path[0]?.text ?? "")?.is === "sweep"
      ? bestOf(program, withClause)
      : undefined;
  const recipe = withClause && best === undefined ? draftOf(program, withClause, "recipe", "with") : undefined;
  const own = keysOf(
    program,
    statement.block?.entries ?? [],
    header.verb,
    [...header.verb.parameters, ...parametersOf(program, "recipe")],
    new Map([...(recipe?.given ?? []), ...(best ? best.recipe : [])]),
  );
  const keys = statement.block?.entries.map((e) => e.key.path[0] ?? e.key.text) ?? [];
  checkDuration(program, own.given, keys, statement.verb.span);
  const [calibrate, runner] = [own.given.get("calibrate"), own.given.get("runner")];
  const detach = own.given.get("detach")?.value === true ? own.given.get("detach") : undefined;
  const untold = own.given.get("forgetting")?.value === false;
  const written = new Map<string, Given>([
    ...(best ? best.recipe : []),
    ...[...own.given].filter(([key]) => keys.includes(key) && !OF_STATEMENT.includes(key)),
  ]);
  const repeats = own.given.get("repeats");
  const as = nameOf(clauses.get("as")?.operands[0]);
  const models = header.operands.map((operand) => nameOf(operand)?.text);
  const taken = as && program.names.get(as.text)?.is === "model" && !models.includes(as.text);
  if (taken) program.report("kept-as-a-model", { name: as.text }, as.span);
  if (as && header.operands.length > 1)
    program.report("too-many-operands", { after: "as", found: header.operands.length }, as.span);
  const works = demandWorkers(program, "train", runner, statement.verb.span);
  const apart = detach && demandDetachable(program, header, { detach, as });
  const broken =
    apart === false ||
    !works ||
    taken === true ||
    !header.sound ||
    own.broken ||
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
    const folds = foldsWritten(program, data);
    const at = (as ?? nameOf(operand))?.span ?? operand.span;
    if (repeats && folds !== null)
      program.report("repeats-of-folds", { data: data.name, repeats: Number(repeats.value) }, repeats.span);
    else if (repeats) trainRepeats(program, header, { ...one, data, at }, repeats);
    else if (folds === null) {
      const planned = trainOn(program, header, { ...one, data });
      if (planned) {
        const { plan, resume } = planned;
        const more = {
          ...fits(planned),
          ...(detach && { detach: true as const }),
          ...(untold && { forgetting: false as const }),
        };
        act(program, header, "train", { name, plan, resume, ...more });
      }
    } else if (calibrate) program.report("calibrate-on-folds", { data: data.name }, calibrate.span);
    else if (isCall((one.written.get("privacy") ?? one.recipe?.given.get("privacy"))?.value))
      program.reportNear(
        "private-many",
        { what: `split: ${tuneText(data.given.get("split")?.value ?? null)}`, times: folds },
        one.written.get("privacy")?.span,
        at,
      );
    else trainFolds(program, header, { ...one, data, at }, folds);
  }
}

/** What runs by itself has a name to be found by. */
function demandDetachable(
  program: Program,
  { operands, statement }: Header,
  o: {
    readonly detach: Given;
    readonly as: ReturnType<typeof nameOf>;
  },
): boolean {
  const model = nameOf(operands[0])?.text;
  if (!o.as && model !== undefined) {
    const at = statement.block?.span.start ?? statement.span.end;
    const here = { source: program.source.id, start: at, end: at };
    const name = `trained_${model}`;
    const more = program.names.has(name) ? {} : { fix: replace(here, `as ${name} `, `write \`as ${name}\``) };
    program.report("detach-without-name", { model }, o.detach.span, more);
  }
  return o.as !== undefined;
}

interface One {
  readonly name: string;
  readonly model: Draft;
  readonly data: Draft;
  readonly best: NonNullable<ReturnType<typeof bestOf>> | null;
  /** Where a sweep's best is named. */
  readonly bestAt: WordNode | undefined;
  readonly recipe: Draft | null;
  /** What the statement's own block gives. */
  readonly written: ReadonlyMap<string, Given>;
  readonly calibrate: Given | undefined;
  /** The name to attach it by; absent: it trains here. */
  readonly detached: string | undefined;
  readonly runner: Given | undefined;
  readonly broken: boolean;
  readonly onto: Operand | undefined;
  readonly modelAt: Span;
  readonly fold?: number;
  readonly repeats?: { readonly count: number; readonly at: Span };
}

/** Plans one training and notes that its name stands for it. @returns the plan, where the source is to run */
function trainOn(program: Program, header: Header, o: One): ReturnType<typeof planTraining> {
  const { statement } = header;
  const model: Draft = o.best ? { ...o.model, given: new Map([...o.model.given, ...o.best.model]) } : o.model;
  if (o.recipe) program.require(o.recipe.needs);
  const data: Draft = o.best ? { ...o.data, given: new Map([...o.data.given, ...o.best.data]) } : o.data;
  const best = o.bestAt && { best: o.bestAt };
  const run = { model, data, recipe: o.recipe, own: o.written, ...best };
  const planned = program.silent
    ? undefined
    : planTraining(program, {
        model,
        data,
        recipe: o.recipe,
        settings: settingsOf(program, run),
        calibrate: o.calibrate,
        runner: o.runner,
        run: o.name,
        modelAt: o.modelAt,
        dataAt: o.onto?.span ?? statement.span,
        here: statement.verb.span,
        broken: o.broken,
        repeats: o.repeats,
        detach: o.detached !== undefined,
        statement: { block: statement.block?.span, end: statement.span.end },
      });
  const recipeHash = planned?.plan.recipeHash;
  program.runs.set(o.name, {
    ...run,
    here: !program.silent,
    ...(recipeHash !== undefined && { recipeHash }),
    ...(o.fold !== undefined && { fold: o.fold }),
    ...(o.detached !== undefined && { detached: o.detached }),
  });
  return planned;
}

const GREATEST_SEED = 2_147_483_647;

/** One training for each seed; each has a name of its own beside the one that the best of them gets. */
function trainRepeats(program: Program, header: Header, o: One & { readonly at: Span }, { value, span }: Given): void {
  const count = Number(value);
  const whole = trainOn(program, header, { ...o, repeats: { count, at: span } });
  const run = mustGet(program.runs, o.name, "training");
  const settings = settingsOf(program, run);
  const first = Number(settings.get("seed")?.value ?? whole?.plan.recipe.training.seed ?? 0);
  if (first + count - 1 > GREATEST_SEED)
    program.report("seeds-run-out", { seed: first, repeats: count, most: GREATEST_SEED }, span);
  const each = whole && repeatsOf(whole.plan);
  for (let i = 0; i < count; i++) {
    const name = repeatName(o.name, i + 1);
    program.define(name, o.at, { is: "run" });
    const seed: Given = { value: first + i, span, from: "written", places: new Map() };
    const recipeHash = each?.[i]?.plan.recipeHash;
    const own = new Map([...o.written, ["seed", seed] as const]);
    program.runs.set(name, { ...without(run), seeded: true, own, ...(recipeHash !== undefined && { recipeHash }) });
  }
  const recipeHash = whole && repeatsHash(whole.plan.recipeHash, count);
  program.runs.set(o.name, { ...run, repeats: count, ...(recipeHash !== undefined && { recipeHash }) });
  if (!whole || !each || recipeHash === undefined) return;
  if (!whole.plan.recipe.training.validate) {
    // There may be rows that validate, and the recipe doesn't.
    const told = program.reporter.diagnostics.some((d) => d.code === "needs-validation" && d.span === span);
    if (!told) program.report("needs-validation", { what: "repeats", data: o.data.name }, span);
    return;
  }
  const { plan, resume } = whole;
  const more = { ...fits(whole), ...(o.detached !== undefined && { detach: true as const }) };
  act(program, header, "train", { name: o.name, plan, resume, repeats: { each, recipeHash }, ...more });
}
const without = ({ recipeHash, ...run }: Run): Run => run;

/** What is fitted once it is trained. */
function fits({ calibrate }: Pick<Planned, "calibrate">): { readonly calibrate: Planned["calibrate"] } | undefined {
  return calibrate.length > 0 ? { calibrate } : undefined;
}

/** One training for each fold. */
function trainFolds(program: Program, header: Header, o: One & { readonly at: Span }, k: number): void {
  const names = Array.from({ length: k }, (_, i) => foldModel(o.name, i + 1));
  const planned = names.map((name, i) => {
    program.define(name, o.at, { is: "run" });
    const one = { ...o, name, data: holding(o.data, i + 1), fold: i + 1 };
    const of = trainOn(program, header, one);
    return of && { name, ...of };
  });
  const first = mustGet(program.runs, names[0], "training");
  program.runs.set(o.name, { ...first, folds: names });
  const whole = planned.flatMap((one) => one ?? []);
  if (!whole[0] || whole.length < k) return;
  const { plan, resume } = whole[0];
  const more = o.detached === undefined ? {} : { detach: true as const };
  act(program, header, "train", { name: o.name, plan, resume, folds: whole, ...more });
}

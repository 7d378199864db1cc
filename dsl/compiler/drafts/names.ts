/** Names that statements work on: definitions, splits, trained weights. */
import { nearest } from "../../language/diagnostics/nearest.js";
import type { Compressing, Draft, Named, Program, Run } from "../plan/program.js";
import { replace, Reporter } from "../../language/diagnostics/reporter.js";
import { formOf } from "../../language/types/shapes.js";
import type { Span } from "../../language/diagnostics/span.js";
import { checkTables, dataFacts, namedByData, splitNames } from "../checks/world.js";
import { asksBest, bestOf, otherThanBest } from "../plan/sweep/best.js";
import { bestModel, isBest } from "../plan/sweep/best-model.js";
import { dataNow, foldsOf } from "../plan/folds.js";
import { repeatsHash } from "../plan/repeats.js";
import type { NameKind } from "../plan/known-names.js";
import type { Recipe } from "../plan/recipe.js";
import { changesBetween } from "../plan/recipe-settings.js";
import { parse } from "../../language/syntax/parse.js";
import type { Operand, WordNode } from "../../language/syntax/tree.js";
import { isCall, resolveData } from "../plan/definitions.js";
import type { Subject } from "../plan/action.js";
import type { Call } from "../../language/types/value.js";
import { isLoaded } from "../plan/bases/loaded-base.js";
import { isScratch } from "../plan/bases/scratch.js";
import { bring } from "../statement/used-files.js";
import { planTraining } from "./draft-training.js";
import { settingsOf } from "./settings.js";
import { planUpdated } from "./update/draft-update.js";
import { planFederated } from "./draft-federation.js";
import { planCompressed } from "./draft-compression.js";
import { ownHeads } from "../plan/bases/untrained.js";
import { keptRun } from "../statement/run-on-disk.js";

/** What `operand` names, if it is one of `kinds`; reports what is wrong. */
export function named(
  program: Program,
  operand: Operand | undefined,
  kinds: readonly NameKind[],
  wanted: string,
  after: string,
): { readonly name: string; readonly node: WordNode; readonly of: Named } | undefined {
  if (!operand) return undefined;
  const later = operand.is === "word" ? program.registry.find("subject", operand.text)?.planned : undefined;
  if (later && operand.is === "word" && !program.names.has(operand.text)) {
    program.report(
      "not-built-yet",
      { word: operand.text, meanwhile: later.meanwhile },
      operand.path[0]?.span ?? operand.span,
    );
    return undefined;
  }
  if (operand.is !== "word" || operand.arguments) {
    program.report("wrong-operand", { after, wanted: `the name of ${wanted}`, found: formOf(operand) }, operand.span);
    return undefined;
  }
  if (kinds.includes("model") && !kinds.includes("sweep") && isBest(program, operand))
    return bestModel(program, operand);
  const name = operand.path[0]?.text ?? operand.text;
  const place = operand.path[0]?.span ?? operand.span;
  const of = program.names.get(name);
  if (of?.is === "sweep" && kinds.includes("model") && !kinds.includes("sweep") && operand.path.length === 2) {
    otherThanBest(program, operand, after);
    return undefined;
  }
  if (!of) {
    if (program.lost.names.has(name) || kinds.some((kind) => program.lost.kinds.has(kind))) return undefined;
    const swept = asksBest(operand);
    if (swept && program.lost.kinds.has("sweep")) return undefined;
    const below = definedBelow(program, name, place);
    if (!below && refusedBefore(program, name, swept ? "sweep" : wanted, place)) return undefined;
    const has = program.namesOf(...(swept ? (["sweep"] as const) : kinds));
    const kept = !below && !swept && kinds.includes("run") ? keptRun(program, name, place) : undefined;
    const near = below || kept !== undefined ? undefined : nearest(name, has, program.reporter);
    program.report(
      "unknown-name",
      {
        name,
        wanted: swept ? "sweep" : wanted,
        has,
        ...(swept && { swept: true as const }),
        ...(below && { below: true as const }),
        ...(kept !== undefined && { kept }),
        ...(near ? { nearest: near } : {}),
        ...(!swept && kinds.length === 1 && ["data", "model", "recipe"].includes(wanted)
          ? { example: `${wanted} ${name} { … }` }
          : {}),
      },
      place,
      near ? { fix: replace(place, near) } : {},
    );
    return undefined;
  }
  if (!kinds.includes(of.is)) {
    program.report("wrong-kind-of-name", { name, is: of.is, wanted }, place);
    return undefined;
  }
  return { name, node: operand, of };
}

/** Whether a text that was refused was to define it. That is told once, not of each of its names. */
function refusedBefore(program: Program, name: string, wanted: string, place: Span): boolean {
  const { refused = {} } = program.outside;
  const by = Object.hasOwn(refused, name) ? refused[name] : undefined;
  if (by === undefined) return false;
  if (!program.told.has(name))
    program.report("unknown-name", { name, wanted, has: [], refused: clipped(by.title) }, place);
  for (const [other, { id }] of Object.entries(refused)) if (id === by.id) program.told.add(other);
  return true;
}
const clipped = (title: string): string => (title.length > 80 ? `${title.slice(0, 79)}…` : title);

/** A definition by its plain name. */
export function draftOf(
  program: Program,
  operand: Operand | undefined,
  kind: Draft["is"],
  after: string,
): Draft | undefined {
  const found = named(program, operand, [kind], kind, after);
  if (!found) return undefined;
  if (found.node.path.length > 1) {
    program.report(
      "wrong-operand",
      { after, wanted: `the name of ${kind} alone`, found: `\`${found.node.text}\`` },
      found.node.span,
      { fix: { ...replace(found.node.span, found.name), certain: found.node.path[1]?.text === "train" } },
    );
    return undefined;
  }
  return found.of.draft;
}

/** Data, or one of its splits. `must`: a split must be said where there is one. `fold`: the one that the model did not see. */
export function subjectOf(
  program: Program,
  operand: Operand,
  must: boolean,
  after: string,
  fold?: number,
):
  | {
      readonly subject: Subject;
      readonly draft: Draft;
      /** Whether the columns that it names are there. */ readonly sound: boolean;
    }
  | undefined {
  const found = named(program, operand, ["data"], "data", after);
  const draft = found?.of.draft;
  if (!found || !draft) return undefined;
  program.require(draft.needs);
  const data = resolveData(program, draft, found.node.span);
  if (!data) return undefined;
  const headers = checkTables(program, draft, data.plan, found.node.span);
  const facts =
    headers && namedByData(program, data.plan)
      ? dataFacts(program, draft, data.plan, null, found.node.span)
      : undefined;
  const splits = splitNames(program, data.plan, facts);
  const [, splitNode, extra] = found.node.path;
  if (extra) {
    program.report(
      "wrong-operand",
      { after, wanted: "data, or one of its splits", found: `\`${found.node.text}\`` },
      found.node.span,
    );
    return undefined;
  }
  if (!splitNode) {
    if (must && splits && splits.length > 0) {
      const unseen = foldsOf(program.registry, data.plan.split) === null ? undefined : splits[(fold ?? 0) - 1];
      const best = unseen ?? (splits.includes("test") ? "test" : (splits.at(-1) ?? "test"));
      program.report("which-split", { data: draft.name, best }, found.node.span, {
        fix: replace(found.node.span, `${draft.name}.${best}`),
      });
      return undefined;
    }
    return { subject: { data: data.plan, split: null }, draft, sound: headers };
  }
  if (splits && !splits.includes(splitNode.text)) {
    // `dev`, `val`: what other tools call a split is in the vocabulary of those that split.
    const called = program.registry
      .ofKind("split")
      .map((word) => word.elsewhere?.[splitNode.text])
      .find((name) => name !== undefined && splits.includes(name));
    const near = called ?? nearest(splitNode.text, splits);
    if (splits.length === 0) program.report("no-split", { data: draft.name, split: splitNode.text }, splitNode.span);
    else
      program.report(
        "unknown-split",
        { data: draft.name, split: splitNode.text, has: splits, ...(near ? { nearest: near } : {}) },
        splitNode.span,
        near ? { fix: replace(splitNode.span, near) } : {},
      );
    return undefined;
  }
  return { subject: { data: data.plan, split: splitNode.text }, draft, sound: headers };
}

/** The models of a name that is one for each fold; undefined: it is one model, or none. */
export function foldsNamed(program: Program, operand: Operand): Run | undefined {
  const run = operand.is === "word" && operand.path.length === 1 ? program.runs.get(operand.text) : undefined;
  return run?.folds && run;
}

/** A model or run whose weights are those of its definition as it is now. */
export function trainedName(
  program: Program,
  operand: Operand,
  after: string,
  /** Whether a model of that task may also be used as its base is, never trained. */
  untrained: ((task: Call, model: Draft) => boolean) | null = null,
): string | undefined {
  const found = named(program, operand, ["model", "run"], "model", after);
  if (!found) return undefined;
  if (found.node.path.length > 1) {
    const part = found.node.path[1];
    const meant = part && nearest(part.text, ["base"]) !== undefined;
    const wanted = meant
      ? `the name of a model, or what it was before training: \`${found.name}.base\``
      : "the name of a model";
    const fix = meant ? { fix: replace(part.span, "base") } : {};
    program.report("wrong-operand", { after, wanted, found: `\`${found.node.text}\`` }, found.node.span, fix);
    return undefined;
  }
  return trainedFound(program, found, untrained);
}

/** What `named` found, where its weights are those of its definition as it is now. */
export function trainedFound(
  program: Program,
  found: NonNullable<ReturnType<typeof named>>,
  untrained: ((task: Call, model: Draft) => boolean) | null = null,
): string | undefined {
  const run = program.runs.get(found.name);
  if (run?.folds) {
    program.report("fold-model", { model: found.name, folds: run.folds, data: run.data.name }, found.node.span);
    return undefined;
  }
  if (found.of.draft && isLoaded(found.of.draft) && !run) {
    program.require(found.of.draft.needs);
    if (found.of.draft.broken) return undefined;
    bring(program, found);
    return found.name;
  }
  if (run?.detached && run.here) {
    program.report("trains-apart", { name: run.detached }, found.node.span);
    return undefined;
  }
  // Who types is not told which weights there are: a training in an earlier cell counts.
  if (run && (run.here || program.purpose === "assist")) return found.name;
  // What is wrong with its definition or its training was said there.
  const { names, kinds } = program.lost;
  if (found.of.draft?.broken || program.tried.has(found.name) || names.has(found.name) || kinds.has("train"))
    return undefined;
  const present = program.outside.trained[found.name];
  const task = found.of.draft?.given.get("task")?.value;
  const fresh = found.of.draft !== undefined && isScratch(found.of.draft);
  if (present === undefined && !run && !fresh && found.of.draft && isCall(task) && untrained?.(task, found.of.draft)) {
    bring(program, found);
    return found.name;
  }
  if (present === undefined && program.outside.unsure?.includes(found.name)) return undefined;
  if (present === undefined && run?.detached) {
    program.report("trains-apart", { name: run.detached }, found.node.span);
    return undefined;
  }
  if (present === undefined) {
    const [as] = [...program.runs].find(([name, { model }]) => name !== found.name && model.name === found.name) ?? [];
    const heads =
      untrained && as === undefined && found.of.draft && !fresh ? ownHeads(program, found.of.draft) : undefined;
    const mask = found.node.path[1]?.text === "mask";
    const ended = run && !run.update && !run.compress && !run.federated ? unended(run, found.name) : {};
    program.report(
      "not-trained",
      { model: found.name, ...(as !== undefined && { as }), ...(heads && { heads }), ...(mask && { mask }), ...ended },
      found.node.span,
    );
    return undefined;
  }
  const now = run && changedRecipe(program, run, found.name, present, found.node.span);
  if (now) {
    const before = program.outside.recipes?.[found.name];
    const changes = before ? changesBetween(before, now) : [];
    program.report(
      "changed-since-trained",
      { model: found.name, ...(changes.length > 0 && { changes }) },
      found.node.span,
    );
    return undefined;
  }
  return found.name;
}

/** A training that an earlier text planned, and that left no weights. */
function unended({ model, data, recipe, best }: Run, name: string): { readonly began: string } {
  const by = best?.text ?? recipe?.name;
  const [given, as] = [by === undefined ? "" : ` with ${by}`, name === model.name ? "" : ` as ${name}`];
  return { began: `train ${model.name} on ${data.name}${given}${as}` };
}

/** A definition with what a sweep's best gives over it. */
function over(draft: Draft, given: Draft["given"] | undefined): Draft {
  return given ? { ...draft, given: new Map([...draft.given, ...given]) } : draft;
}

/** The run's recipe as today's definitions give it, if it differs from that of the weights. */
function changedRecipe(program: Program, run: Run, name: string, present: string, here: Span): Recipe | undefined {
  const best = run.best && bestOf(program, run.best);
  if (best === null) return undefined;
  const begun = run.begunBest && bestOf(program, run.begunBest);
  if (begun === null) return undefined;
  const model = over(program.names.get(run.model.name)?.draft ?? run.model, (best ?? begun)?.model);
  const data = over(dataNow(program, run), best?.data);
  // What its settings are warned of was said where it was trained.
  const { reporter } = program;
  program.reporter = new Reporter();
  const recipe = run.recipe ? (program.names.get(run.recipe.name)?.draft ?? run.recipe) : null;
  const { update, federated, compress } = run;
  const planned = federated
    ? planFederated(program, { ...run, model, data, recipe, federated: today(program, federated) }, name, {
        modelAt: here,
        dataAt: [here],
        here,
      })
    : compress
      ? planCompressed(program, compressedToday(program, { ...run, compress, data, recipe }), name, {
          modelAt: here,
          dataAt: [here],
          stageAt: here,
          here,
        })
      : update
        ? planUpdated(program, { ...run, model, update }, name, here)
        : planTraining(program, {
            model,
            data,
            recipe,
            settings: settingsOf(program, best ? { ...run, own: new Map([...best.recipe, ...run.own]) } : run),
            run: name,
            modelAt: here,
            dataAt: here,
            here,
          });
  const errors = program.reporter.diagnostics.filter((d) => d.severity === "error");
  program.reporter = reporter;
  for (const d of errors) program.reporter.report(d.code, d.data, d.span, d.fix ? { fix: d.fix } : {});
  if (planned === undefined) return undefined;
  const { plan } = planned;
  const hash = run.repeats === undefined ? plan.recipeHash : repeatsHash(plan.recipeHash, run.repeats);
  return hash === present ? undefined : plan.recipe;
}

/** A stage of `compress` of today's definitions. */
function compressedToday<R extends Run & { readonly compress: Compressing }>(program: Program, run: R): R {
  const unlabelled = run.compress.unlabelled.map((draft) => program.names.get(draft.name)?.draft ?? draft);
  return { ...run, compress: { ...run.compress, unlabelled } };
}

/** Data of further clients as they are defined now. */
function today(program: Program, federated: NonNullable<Run["federated"]>): NonNullable<Run["federated"]> {
  const others = federated.others.map((draft) => program.names.get(draft.name)?.draft ?? draft);
  return { ...federated, others };
}

/** Whether a statement beneath that place defines the name. */
function definedBelow({ source, registry }: Program, name: string, { end }: Span): boolean {
  const verbs = registry.verbs();
  const { statements } = parse(
    source,
    verbs.map((verb) => verb.name),
  ).tree;
  const names = (operands: readonly Operand[]): boolean =>
    operands.some((one) => one.is === "word" && one.text === name);
  return statements.some(({ span, verb, operands, clauses }) => {
    if (span.start < end) return false;
    const defines = ["data", "model", "recipe"].includes(verb.text) && names(operands.slice(0, 1));
    return defines || clauses.some(({ connector, operands: of }) => connector.text === "as" && names(of));
  });
}

/**
 * Whether one of the names that trained weights are to have, and that of the statement, can't be given: it is a model's, or that
 * of what the statement begins with, which is told by the code `over`.
 */
export function namesTaken(
  program: Program,
  { text, span }: { readonly text: string; readonly span: Span },
  o: {
    readonly names: readonly string[];
    readonly start: string | undefined;
    readonly over: "update-over-start" | "compress-over-start";
  },
): boolean {
  const all = [text, ...o.names];
  const model = all.find((name) => name !== o.start && program.names.get(name)?.is === "model");
  if (model !== undefined) program.report("kept-as-a-model", { name: model }, span);
  else if (o.start !== undefined && all.includes(o.start)) program.report(o.over, { start: o.start }, span);
  else return false;
  return true;
}

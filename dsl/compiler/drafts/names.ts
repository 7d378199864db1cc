/** Resolves names that statements use: definitions, splits, trained weights. */
import { nearestWord } from "../../language/diagnostics/nearest.js";
import type { CompressDraft, Draft, NameEntry, Program, NamedTraining } from "../plan/program.js";
import { replacementFix, Reporter } from "../../language/diagnostics/reporter.js";
import { describeExpression } from "../../language/types/shapes.js";
import type { Span } from "../../language/diagnostics/span.js";
import { checkTables, dataFacts, areSplitsNamedByData, splitNames } from "../checks/world.js";
import { isBestReference, bestTrialOf, reportUnknownSweepPart } from "../plan/sweep/best.js";
import { resolveBestModel, isSweepBest } from "../plan/sweep/best-model.js";
import { currentDataOf, foldsOf } from "../plan/folds.js";
import { repeatsHash } from "../plan/repeats.js";
import type { NameKind } from "../plan/known-names.js";
import type { Recipe } from "../plan/plan.js";
import { settingChangesBetween } from "../plan/recipe-settings.js";
import { parse } from "../../language/syntax/parse.js";
import type { Operand, WordNode } from "../../language/syntax/tree.js";
import { isCall, resolveData } from "../plan/definitions.js";
import type { ActionSubject } from "../plan/action.js";
import type { Call } from "../../language/types/value.js";
import { isLoaded } from "../plan/bases/loaded-base.js";
import { isFromScratch } from "../plan/bases/scratch.js";
import { importDefinition } from "../statement/used-files.js";
import { planTraining } from "./draft-training.js";
import { settingsOf } from "./settings.js";
import { replanUpdateStage } from "./update/draft-update.js";
import { planFederation } from "./draft-federation.js";
import { planCompressStage } from "./draft-compression.js";
import { baseHeads } from "../plan/bases/untrained.js";
import { savedRunReference } from "../statement/run-on-disk.js";

/** Returns what `operand` names, if it is one of `kinds`; reports errors. */
export function resolveOperandName(
  program: Program,
  operand: Operand | undefined,
  kinds: readonly NameKind[],
  wanted: string,
  after: string,
): { readonly name: string; readonly node: WordNode; readonly entry: NameEntry } | undefined {
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
    program.report(
      "wrong-operand",
      { after, wanted: `the name of ${wanted}`, found: describeExpression(operand) },
      operand.span,
    );
    return undefined;
  }
  if (kinds.includes("model") && !kinds.includes("sweep") && isSweepBest(program, operand))
    return resolveBestModel(program, operand);
  const name = operand.path[0]?.text ?? operand.text;
  const place = operand.path[0]?.span ?? operand.span;
  const entry = program.names.get(name);
  if (entry?.is === "sweep" && kinds.includes("model") && !kinds.includes("sweep") && operand.path.length === 2) {
    reportUnknownSweepPart(program, operand, after);
    return undefined;
  }
  if (!entry) {
    if (program.lost.names.has(name) || kinds.some((kind) => program.lost.kinds.has(kind))) return undefined;
    const swept = isBestReference(operand);
    if (swept && program.lost.kinds.has("sweep")) return undefined;
    const below = definedBelow(program, name, place);
    if (!below && refusedBefore(program, name, swept ? "sweep" : wanted, place)) return undefined;
    const has = program.namesOf(...(swept ? (["sweep"] as const) : kinds));
    const savedRun = !below && !swept && kinds.includes("run") ? savedRunReference(program, name, place) : undefined;
    const near = below || savedRun !== undefined ? undefined : nearestWord(name, has, program.reporter);
    program.report(
      "unknown-name",
      {
        name,
        wanted: swept ? "sweep" : wanted,
        has,
        ...(swept && { swept: true as const }),
        ...(below && { below: true as const }),
        ...(savedRun !== undefined && { kept: savedRun }),
        ...(near ? { nearest: near } : {}),
        ...(!swept && kinds.length === 1 && ["data", "model", "recipe"].includes(wanted)
          ? { example: `${wanted} ${name} { … }` }
          : {}),
      },
      place,
      near ? { fix: replacementFix(place, near) } : {},
    );
    return undefined;
  }
  if (!kinds.includes(entry.is)) {
    program.report("wrong-kind-of-name", { name, is: entry.is, wanted }, place);
    return undefined;
  }
  return { name, node: operand, entry };
}

/** Whether a rejected text would have defined the name. This is reported once, not for each of its names. */
function refusedBefore(program: Program, name: string, wanted: string, place: Span): boolean {
  const { refused = {} } = program.outside;
  const by = Object.hasOwn(refused, name) ? refused[name] : undefined;
  if (by === undefined) return false;
  if (!program.reportedNames.has(name))
    program.report("unknown-name", { name, wanted, has: [], refused: clipped(by.title) }, place);
  for (const [other, { id }] of Object.entries(refused)) if (id === by.id) program.reportedNames.add(other);
  return true;
}
const clipped = (title: string): string => (title.length > 80 ? `${title.slice(0, 79)}…` : title);

/** Returns a definition by its plain name. */
export function draftOf(
  program: Program,
  operand: Operand | undefined,
  kind: Draft["is"],
  after: string,
): Draft | undefined {
  const found = resolveOperandName(program, operand, [kind], kind, after);
  if (!found) return undefined;
  if (found.node.path.length > 1) {
    program.report(
      "wrong-operand",
      { after, wanted: `the name of ${kind} alone`, found: `\`${found.node.text}\`` },
      found.node.span,
      { fix: { ...replacementFix(found.node.span, found.name), certain: found.node.path[1]?.text === "train" } },
    );
    return undefined;
  }
  return found.entry.draft;
}

/**
 * Returns data or one of its splits. `must`: a split must be named if there are any. `fold`: the fold that the model
 * was not trained on.
 */
export function subjectOf(
  program: Program,
  operand: Operand,
  must: boolean,
  after: string,
  fold?: number,
):
  | {
      readonly subject: ActionSubject;
      readonly draft: Draft;
      /** Whether the columns that it names exist. */ readonly sound: boolean;
    }
  | undefined {
  const found = resolveOperandName(program, operand, ["data"], "data", after);
  const draft = found?.entry.draft;
  if (!found || !draft) return undefined;
  program.require(draft.needs);
  const data = resolveData(program, draft, found.node.span);
  if (!data) return undefined;
  const headers = checkTables(program, draft, data.plan, found.node.span);
  const facts =
    headers && areSplitsNamedByData(program, data.plan)
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
        fix: replacementFix(found.node.span, `${draft.name}.${best}`),
      });
      return undefined;
    }
    return { subject: { data: data.plan, split: null }, draft, sound: headers };
  }
  if (splits && !splits.includes(splitNode.text)) {
    // Other tools' names of splits (`dev`, `val`) are in the vocabulary of the split words.
    const called = program.registry
      .ofKind("split")
      .map((word) => word.elsewhere?.[splitNode.text])
      .find((name) => name !== undefined && splits.includes(name));
    const near = called ?? nearestWord(splitNode.text, splits);
    if (splits.length === 0) program.report("no-split", { data: draft.name, split: splitNode.text }, splitNode.span);
    else
      program.report(
        "unknown-split",
        { data: draft.name, split: splitNode.text, has: splits, ...(near ? { nearest: near } : {}) },
        splitNode.span,
        near ? { fix: replacementFix(splitNode.span, near) } : {},
      );
    return undefined;
  }
  return { subject: { data: data.plan, split: splitNode.text }, draft, sound: headers };
}

/** Returns the models behind a name that stands for one per fold; undefined if it is a single model or none. */
export function foldModelsNamed(program: Program, operand: Operand): NamedTraining | undefined {
  const run = operand.is === "word" && operand.path.length === 1 ? program.runs.get(operand.text) : undefined;
  return run?.folds && run;
}

/** Returns a model or run whose weights match its current definition. */
export function resolveTrainedName(
  program: Program,
  operand: Operand,
  after: string,
  /** Whether a model of that task may also be used untrained, as its base is. */
  untrained: ((task: Call, model: Draft) => boolean) | null = null,
): string | undefined {
  const found = resolveOperandName(program, operand, ["model", "run"], "model", after);
  if (!found) return undefined;
  if (found.node.path.length > 1) {
    const part = found.node.path[1];
    const meant = part && nearestWord(part.text, ["base"]) !== undefined;
    const wanted = meant
      ? `the name of a model, or what it was before training: \`${found.name}.base\``
      : "the name of a model";
    const fix = meant ? { fix: replacementFix(part.span, "base") } : {};
    program.report("wrong-operand", { after, wanted, found: `\`${found.node.text}\`` }, found.node.span, fix);
    return undefined;
  }
  return trainedNameOf(program, found, untrained);
}

/** Returns the resolved name if its weights match its current definition. */
export function trainedNameOf(
  program: Program,
  found: NonNullable<ReturnType<typeof resolveOperandName>>,
  untrained: ((task: Call, model: Draft) => boolean) | null = null,
): string | undefined {
  const run = program.runs.get(found.name);
  if (run?.folds) {
    program.report("fold-model", { model: found.name, folds: run.folds, data: run.data.name }, found.node.span);
    return undefined;
  }
  if (found.entry.draft && isLoaded(found.entry.draft) && !run) {
    program.require(found.entry.draft.needs);
    if (found.entry.draft.broken) return undefined;
    importDefinition(program, found);
    return found.name;
  }
  if (run?.detached && run.here) {
    program.report("trains-apart", { name: run.detached }, found.node.span);
    return undefined;
  }
  // In the editor, available weights are unknown: a training in an earlier cell is enough.
  if (run && (run.here || program.purpose === "assist")) return found.name;
  // Errors in its definition or training were reported there.
  const { names, kinds } = program.lost;
  if (found.entry.draft?.broken || program.tried.has(found.name) || names.has(found.name) || kinds.has("train"))
    return undefined;
  const present = program.outside.trained[found.name];
  const task = found.entry.draft?.given.get("task")?.value;
  const fresh = found.entry.draft !== undefined && isFromScratch(found.entry.draft);
  if (
    present === undefined &&
    !run &&
    !fresh &&
    found.entry.draft &&
    isCall(task) &&
    untrained?.(task, found.entry.draft)
  ) {
    importDefinition(program, found);
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
      untrained && as === undefined && found.entry.draft && !fresh ? baseHeads(program, found.entry.draft) : undefined;
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
    const changes = before ? settingChangesBetween(before, now) : [];
    program.report(
      "changed-since-trained",
      { model: found.name, ...(changes.length > 0 && { changes }) },
      found.node.span,
    );
    return undefined;
  }
  return found.name;
}

/** Finds a training that an earlier text planned and that left no weights. */
function unended({ model, data, recipe, best }: NamedTraining, name: string): { readonly began: string } {
  const by = best?.text ?? recipe?.name;
  const [given, as] = [by === undefined ? "" : ` with ${by}`, name === model.name ? "" : ` as ${name}`];
  return { began: `train ${model.name} on ${data.name}${given}${as}` };
}

/** Returns a definition overridden by the settings of a sweep's best trial. */
function over(draft: Draft, given: Draft["given"] | undefined): Draft {
  return given ? { ...draft, given: new Map([...draft.given, ...given]) } : draft;
}

/** Returns the run's recipe from the current definitions, if it differs from the recipe of the weights. */
function changedRecipe(
  program: Program,
  run: NamedTraining,
  name: string,
  present: string,
  here: Span,
): Recipe | undefined {
  const best = run.best && bestTrialOf(program, run.best);
  if (best === null) return undefined;
  const begun = run.begunBest && bestTrialOf(program, run.begunBest);
  if (begun === null) return undefined;
  const model = over(program.names.get(run.model.name)?.draft ?? run.model, (best ?? begun)?.model);
  const data = over(currentDataOf(program, run), best?.data);
  // Warnings about its settings were reported where it was trained.
  const { reporter } = program;
  program.reporter = new Reporter();
  const recipe = run.recipe ? (program.names.get(run.recipe.name)?.draft ?? run.recipe) : null;
  const { update, federated, compress } = run;
  const planned = federated
    ? planFederation(program, { ...run, model, data, recipe, federated: today(program, federated) }, name, {
        modelAt: here,
        dataAt: [here],
        here,
      })
    : compress
      ? planCompressStage(program, compressedToday(program, { ...run, compress, data, recipe }), name, {
          modelAt: here,
          dataAt: [here],
          stageAt: here,
          here,
        })
      : update
        ? replanUpdateStage(program, { ...run, model, update }, name, here)
        : planTraining(program, {
            model,
            data,
            recipe,
            settings: settingsOf(
              program,
              best ? { ...run, ownSettings: new Map([...best.recipe, ...run.ownSettings]) } : run,
            ),
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

/** Returns a `compress` step rebuilt from the current definitions. */
function compressedToday<R extends NamedTraining & { readonly compress: CompressDraft }>(program: Program, run: R): R {
  const unlabelled = run.compress.unlabelled.map((draft) => program.names.get(draft.name)?.draft ?? draft);
  return { ...run, compress: { ...run.compress, unlabelled } };
}

/** Returns further clients' data as currently defined. */
function today(
  program: Program,
  federated: NonNullable<NamedTraining["federated"]>,
): NonNullable<NamedTraining["federated"]> {
  const others = federated.others.map((draft) => program.names.get(draft.name)?.draft ?? draft);
  return { ...federated, others };
}

/** Whether a statement below that position defines the name. */
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
    return defines || clauses.some(({ connector, operands: targets }) => connector.text === "as" && names(targets));
  });
}

/**
 * Reports a name for trained weights (or the statement's own) that cannot be used: it belongs to a model definition, or
 * to the model that the statement starts from (reported with the code `over`).
 */
export function areNamesTaken(
  program: Program,
  { text, span }: { readonly text: string; readonly span: Span },
  options: {
    readonly names: readonly string[];
    readonly start: string | undefined;
    readonly over: "update-over-start" | "compress-over-start";
  },
): boolean {
  const all = [text, ...options.names];
  const model = all.find((name) => name !== options.start && program.names.get(name)?.is === "model");
  if (model !== undefined) program.report("kept-as-a-model", { name: model }, span);
  else if (options.start !== undefined && all.includes(options.start))
    program.report(options.over, { start: options.start }, span);
  else return false;
  return true;
}

/** Resolves names that statements use: definitions and splits of data. */
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import type { DefinitionDraft, NameEntry, Program } from "../plan/program.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import { describeExpression } from "../../language/types/shapes.js";
import type { Span } from "../../language/diagnostics/span.js";
import { areSplitsNamedByData, requestDataFacts, splitNames, checkTables } from "../checks/world.js";
import { isBestReference, reportUnknownSweepPart } from "../plan/sweep/best.js";
import { isSweepBest, resolveBestModel } from "../plan/sweep/best-model.js";
import { foldCountOf } from "../plan/folds.js";
import type { NameKind } from "../plan/known-names.js";
import { parse } from "../../language/syntax/parse.js";
import type { Operand, WordNode } from "../../language/syntax/tree.js";
import { resolveData } from "../plan/definitions.js";
import type { ActionSubject } from "../plan/action.js";
import { savedRunReference } from "../statement/run-on-disk.js";

/** A name that was resolved, and the operand that it was written as. */
export interface ResolvedName {
  readonly name: string;
  readonly node: WordNode;
  readonly entry: NameEntry;
}

/** Returns what `operand` names, if it is one of `kinds`; reports errors. */
export function resolveOperandName(
  program: Program,
  operand: Operand | undefined,
  kinds: readonly NameKind[],
  wanted: string,
  after: string,
): ResolvedName | undefined {
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
  kind: DefinitionDraft["is"],
  after: string,
): DefinitionDraft | undefined {
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

/** Data or one of its splits, and the definition. */
export interface ResolvedDataSubject {
  readonly subject: ActionSubject;
  readonly draft: DefinitionDraft;
  /** Whether the columns that it names exist. */
  readonly sound: boolean;
}

/**
 * Returns data or one of its splits. `must`: a split must be named if there are any. `fold`: the fold that the model
 * was not trained on.
 */
export function resolveDataSubject(
  program: Program,
  operand: Operand,
  must: boolean,
  after: string,
  fold?: number,
): ResolvedDataSubject | undefined {
  const found = resolveOperandName(program, operand, ["data"], "data", after);
  const draft = found?.entry.draft;
  if (!found || !draft) return undefined;
  program.require(draft.needs);
  const data = resolveData(program, draft, found.node.span);
  if (!data) return undefined;
  const headers = checkTables(program, draft, data.plan, found.node.span);
  const facts =
    headers && areSplitsNamedByData(program, data.plan)
      ? requestDataFacts(program, draft, data.plan, null, found.node.span)
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
      const unseen = foldCountOf(program.registry, data.plan.split) === null ? undefined : splits[(fold ?? 0) - 1];
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

/**
 * Checks a program against facts: columns, labels, splits, duplicates, layers, lengths. Reads facts, requests missing
 * ones, reports diagnostics.
 */
import type { ResolvedModel } from "../plan/resolved.js";
import {
  isFailedFact,
  type DataFacts,
  type FailedFact,
  type Need,
  type TableFacts,
} from "../../language/types/facts.js";
import {
  columnsRead,
  type DataPlan,
  type DataReadingSettings,
  type Call,
  type Value,
} from "../../language/types/value.js";
import type { ValueType } from "../../language/types/registry.js";
import { markCheckedAllowances } from "../../language/types/allow.js";
import { columnArgumentsOf, sourceFileName, sourcePathOf, suggestedReading, suggestReading } from "./source-calls.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import { checkDislikedAnswers } from "./disliked-answers.js";
import { listNames } from "../../language/diagnostics/lists.js";
import { checkDataAudit } from "./data-warnings.js";
import { checkNumbersAsText, findOddLabels } from "./odd-labels.js";
import { checkSplitNames } from "./unusual-split-names.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import { quoteString } from "../../language/syntax/strings.js";
import { replacementFix, type DiagnosticDetails } from "../../language/diagnostics/reporter.js";
import type { Edit, Span } from "../../language/diagnostics/span.js";
import type {} from "./world-codes.js";

/** Checks columns against the headers of the sources. @returns false if there is an error or a header is unknown */
export function checkTables(program: Program, draft: DefinitionDraft, plan: DataPlan, here: Span): boolean {
  let good = true;
  const sourcePlaces = draft.given.get("source");
  const calls: [string, Call][] =
    "word" in plan.source
      ? [["source", plan.source as Call]]
      : Object.entries(plan.source).map(([split, call]) => [`source.${split}`, call]);
  const headers: ({ file: string; path?: string; place: Span | undefined } & TableFacts)[] = [];
  for (const [path, call] of calls) {
    const fact = program.ask({ about: "table", source: call, folder: plan.folder });
    const place = sourcePlaces?.places.get(path) ?? sourcePlaces?.span;
    if (fact === undefined) good = false;
    else if (isFailedFact(fact)) {
      program.reportFailed(fact, place?.source === program.source.id ? place : here, (name) =>
        sourcePlaces?.places.get(`${path}.${name}`),
      );
      good = false;
    } else headers.push({ file: sourceFileName(call), ...sourcePathOf(call), place, ...fact });
  }
  const requested: [string, string, Span | undefined][] = Object.entries(columnsRead(plan)).map(([role, column]) => [
    role,
    column,
    draft.given.get("columns")?.places.get(`columns.${role}`),
  ]);
  if (plan.conversation)
    requested.push(
      ...columnArgumentsOf(program, plan.conversation, "columns.messages").map(
        ([path, column]): [string, string, Span | undefined] => [
          path,
          column,
          draft.given.get("columns")?.places.get(path) ?? draft.given.get("columns")?.places.get("columns.messages"),
        ],
      ),
    );
  if (plan.split)
    requested.push(
      ...columnArgumentsOf(program, plan.split, "split").map(([path, column]): [string, string, Span | undefined] => [
        path,
        column,
        draft.given.get("split")?.places.get(path),
      ]),
    );
  checkDislikedAnswers(program, draft, plan, headers);
  for (const { sample } of headers) checkNumbersAsText(program, draft, plan, sample);
  const wanted = [...new Set(requested.map(([, column]) => column))];
  const headless = new Set<string>();
  for (const [, column, place] of requested) {
    for (const header of headers) {
      if (header.columns.includes(column) || headless.has(header.file)) continue;
      const role = place?.source === program.source.id && Object.hasOwn(plan.columns, column);
      if (role && !Object.values(plan.columns).includes(column)) continue;
      const instead = suggestedReading(header, wanted);
      // Reported once per file: the other columns are missing for the same reason.
      if (instead !== undefined) headless.add(header.file);
      const near = instead === undefined ? nearestWord(column, header.columns) : undefined;
      program.reportNear(
        "unknown-column",
        {
          column,
          file: header.file,
          has: header.columns,
          ...(near !== undefined && { nearest: near }),
          ...(instead !== undefined && { headless: instead }),
        },
        place,
        here,
        {
          // If no column name is near, the help lists them.
          ...(near ? { label: `the file has: ${listNames(header.columns)}` } : {}),
          ...(instead !== undefined && suggestReading(program, header.place, instead)),
          ...(near && place
            ? {
                fix: replacementFix(
                  place,
                  /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(near) ? near : JSON.stringify(near),
                ),
              }
            : {}),
        },
      );
      good = false;
      break;
    }
  }
  return good;
}

/** Returns the last cleaner after one that drops repeated texts: it may have made different texts equal. */
function afterRepeated(
  { registry }: Program,
  { clean }: DataPlan,
): { readonly drops: string; readonly after: string } | undefined {
  const index = clean.findLastIndex(({ word }) => registry.find("cleaner", word)?.capabilities?.dropsRepeated);
  const [drops, after] = [clean[index]?.word, clean.slice(index + 1).at(-1)?.word];
  return drops !== undefined && after !== undefined ? { drops, after } : undefined;
}

/** Requests the facts of the complete counted data set. Requested only if the program will run. */
export function requestDataFacts(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  base: DataReadingSettings | null,
  here: Span,
): DataFacts | undefined {
  const need: Need & { about: "data" } = { about: "data", data: plan, base };
  const fact = program.ask(need, true);
  if (fact === undefined) return undefined;
  if (isFailedFact(fact)) {
    if (base && isOfBase(program, base, fact)) return undefined;
    const [path, source] = failedSource(program, draft, plan, fact);
    const place = program.placeOf(fact, draft) ?? source;
    program.reportFailed(fact, place?.source === program.source.id ? place : here, (name) =>
      draft.given.get("source")?.places.get(`${path}.${name}`),
    );
    return undefined;
  }
  return fact;
}

/** Whether the rows could not be counted because their reader's base is missing; that is reported at the base. */
function isOfBase(
  program: Program,
  { name, folder, scratch }: DataReadingSettings,
  { failed: ofData }: FailedFact,
): boolean {
  const base = program.facts.get({ about: "base", name, folder, ...(scratch && { scratch }) });
  return base !== undefined && isFailedFact(base) && JSON.stringify(base.failed) === JSON.stringify(ofData);
}

/** For several sources, finds the one that failed by its file: path in the definition, and span. */
function failedSource(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  fact: FailedFact,
): [string, Span | undefined] {
  const source = draft.given.get("source");
  const { file } = fact.failed.data as { readonly file?: unknown };
  const split =
    "word" in plan.source
      ? []
      : Object.entries(plan.source).filter(([, call]) => file !== undefined && sourceFileName(call) === file);
  const path = split.length === 1 ? `source.${split[0]![0]}` : "source";
  return [path, source?.places.get(path) ?? source?.span];
}

/**
 * Checks counted data. `among`: labels of all clients that train together, including these. `client`: labels are
 * checked elsewhere. `defined`: no training uses the data yet. Defaults to the data's own labels.
 * @returns false if the data cannot be trained on
 */
export function checkData(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  facts: DataFacts,
  here: Span,
  among: readonly string[] | "client" | "defined" = facts.labels,
): boolean {
  const place = (path: string): Span | undefined => draft.given.get(path.split(".")[0] ?? path)?.places.get(path);
  let good = true;
  const labelled = ["label", "labels", "tags"].find((role) => plan.columns[role] !== undefined);
  // With multi-label data a single label is allowed: a text has it or not. Labels missing from a sample may be in the
  // remaining rows.
  const whole = facts.sampled === undefined;
  const has = typeof among === "string" ? facts.labels : among;
  const few = among !== "client" && whole && labelled !== undefined && has.length < (labelled === "labels" ? 1 : 2);
  if (few && among === "defined" && has.length === 1) {
    const [label = ""] = has;
    program.reportNear("one-label-alone", { data: draft.name, label }, place(`columns.${labelled}`), here);
  } else if (few) {
    // The warning at the definition says the same.
    program.reporter.drop((d) => d.code === "one-label-alone" && d.data.data === draft.name);
    program.reportNear("one-label", { data: draft.name, labels: facts.labels }, place(`columns.${labelled}`), here);
    good = false;
  }
  const used = new Set(
    Object.values(facts.splits).flatMap((split) => split.labels.filter((l) => l.count > 0).map((l) => l.label)),
  );
  if (plan.labels) {
    for (const label of used)
      if (!plan.labels.includes(label)) {
        const near = plan.labels.findIndex((listed) => listed.toLowerCase() === label.toLowerCase());
        const nearest = plan.labels[near];
        const both = nearest !== undefined && used.has(nearest);
        program.reportNear(
          "unlisted-label",
          { label, data: draft.name, ...(nearest !== undefined && { nearest }), ...(both && { both }) },
          (near < 0 ? undefined : place(`labels.${String(near)}`)) ?? place("labels"),
          here,
          near < 0 || both ? {} : asInRows(program, plan.labels, used, place),
        );
        good = false;
        break;
      }
  }
  for (const { file, packed, unpacked } of facts.unpacks ?? [])
    program.reportNear("unpacks-far", { data: draft.name, file, packed, unpacked }, place("source"), here);
  for (const [split, splitFacts] of Object.entries(facts.splits)) {
    if (!whole || splitFacts.rows > 0 || !(plan.split || !("word" in plan.source))) continue;
    program.reportNear(
      "empty-split",
      {
        data: draft.name,
        split,
        ...(plan.split || "word" in plan.source || !plan.source[split]
          ? {}
          : { file: sourceFileName(plan.source[split]) }),
      },
      place(plan.split ? `split.${split}` : `source.${split}`) ?? place(plan.split ? "split" : "source"),
      here,
    );
    good = false;
  }
  if (facts.leakCount > 0) {
    const places = facts.leaks
      .slice(0, 5)
      .map(
        (leak) =>
          `"${leak.text.slice(0, 60)}${leak.text.length > 60 ? "…" : ""}": ${leak.places.map((p) => `row ${String(p.row)} (${p.split})`).join(", ")}`,
      );
    const masked = facts.leaks.some((leak) => leak.masked);
    const late = afterRepeated(program, plan);
    const details = {
      data: draft.name,
      count: facts.leakCount,
      places,
      ...(masked && { masked: true as const }),
      ...(late && { late }),
    };
    if (program.reportNear("split-leak", details, place("split") ?? place("source"), here)) good = false;
  }
  checkSplitNames(program, draft, plan, facts, place("split"));
  if (!checkDataAudit(program, draft, plan, facts, place, here)) good = false;
  const train = facts.splits["train"];
  // Repeating so few texts does not make their label learnable.
  const rare = (train?.labels ?? [])
    .map(({ label, count, own: ownCount }) => ({
      label,
      count: ownCount ?? count,
      ...(ownCount !== undefined && { repeated: count }),
    }))
    .filter(({ count }) => count > 0 && count < 5)
    .toSorted((a, b) => a.count - b.count);
  if (whole && rare.length > 0 && !findOddLabels(plan, facts) && (train?.rows ?? 0) >= 50)
    program.reportOwn("rare-label", { labels: rare, data: draft.name }, draft, place(`columns.${labelled ?? "label"}`));
  markCheckedAllowances(draft.allowances, "data");
  return good;
}

type Places = (path: string) => Span | undefined;
/** Finds listed labels that differ from the rows' labels only in capitals, in the rows' spelling. */
function asInRows(
  program: Program,
  labels: readonly string[],
  all: ReadonlySet<string>,
  place: Places,
): DiagnosticDetails {
  const edits = [...all].flatMap((label): Edit[] => {
    const index = labels.findIndex(
      (listed) => listed !== label && !all.has(listed) && listed.toLowerCase() === label.toLowerCase(),
    );
    const span = index < 0 || labels.includes(label) ? undefined : place(`labels.${String(index)}`);
    const text = span && program.textOf(span);
    if (!span || text === undefined) return [];
    const bare = !text.startsWith('"') && /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(label);
    return [{ start: span.start, end: span.end, text: bare ? label : quoteString(label) }];
  });
  const [first, ...others] = edits.map(({ text }) => `\`${text}\``);
  if (first === undefined) return {};
  return { fix: { title: `write ${[first, ...others].join(", ")}`, certain: true, edits } };
}

/** Whether the data name the splits: in a column, or as the source's own splits. */
export function areSplitsNamedByData(program: Program, { split, source }: DataPlan): boolean {
  if (split) return program.registry.find("split", split.word)?.capabilities?.namedByData === true;
  if (!("word" in source)) return false;
  const { word, arguments: given } = source as Call;
  return (
    program.registry.find("source", word)?.capabilities?.bringsSplits === true && (given["split"] ?? null) === null
  );
}

/** Returns the names of the splits; null if only the data can tell. */
export function splitNames(program: Program, plan: DataPlan, facts: DataFacts | undefined): readonly string[] | null {
  if (!("word" in plan.source)) return Object.keys(plan.source);
  const byData = areSplitsNamedByData(program, plan);
  if (!plan.split && !byData) return [];
  // A sample of the rows names only some of the splits.
  if (facts?.sampled && plan.split && byData) return null;
  if (facts) return Object.keys(facts.splits);
  if (!plan.split) return null;
  const word = program.registry.find("split", plan.split.word);
  const names = word?.capabilities?.splitNames?.(plan.split);
  if (names) return names;
  const shares = Object.entries(plan.split.arguments).filter(([name, value]) => {
    const parameter = word?.parameters.find((p) => p.name === name && !p.open);
    return parameter ? takesShare(parameter.type) && (isShare(value) || typeof value === "string") : isShare(value);
  });
  return shares.length > 0 ? shares.map(([name]) => name) : null;
}
/** Accepts shares or row counts, possibly combined with words such as `rest`. */
function takesShare(type: ValueType): boolean {
  return type.is === "either" ? type.of.some(takesShare) : type.is === "number" && type.unit !== undefined;
}
function isShare(value: Value): boolean {
  return (
    (typeof value === "number" && value > 0) ||
    (value !== null && typeof value === "object" && "share" in value && value.share > 0)
  );
}

/** Checks the model's positions against the base. (A technique checks its own parameters.) */
export function checkModelAgainstBase(
  program: Program,
  draft: DefinitionDraft,
  resolved: ResolvedModel,
  here: Span,
): boolean {
  const { base, plan } = resolved;
  let good = true;
  const saves = program.registry.find("technique", plan.technique.word)?.capabilities?.saves;
  if (plan.storage && saves !== "trained") {
    const [storage, technique] = [plan.storage.word, plan.technique.word];
    program.reportNear("storage-trains", { storage, technique }, draft.given.get("storage")?.span, here);
    good = false;
  }
  if (!base) return good;
  const template = draft.given.get("template");
  if (plan.template === null && base.chatTemplate === false) {
    program.reportNear("no-template", { base: plan.base, has: builtIn(program) }, draft.given.get("task")?.span, here);
    good = false;
  }
  if (template && plan.template === undefined) {
    program.reportNear("template-without-chat", { task: plan.task.word }, template.span, here);
    good = false;
  }
  const virtual = program.registry.find("technique", plan.technique.word)?.capabilities?.virtualTokens;
  const taken = virtual?.(plan.technique) ?? 0;
  const positions = base.positions - taken;
  if (plan.max_length > positions) {
    const place = draft.given.get("max_length")?.span;
    program.reportNear(
      "too-long",
      { max_length: plan.max_length, positions: base.positions, base: plan.base, virtual: taken },
      place,
      here,
      place && positions > 0 ? { fix: { ...replacementFix(place, String(positions)), certain: false } } : {},
    );
    good = false;
  }
  return good;
}

function builtIn(program: Program): readonly string[] {
  return program.registry.ofKind("template").map((word) => word.name);
}

/** Returns the roles that a task reads (capability `roles`). */
export function rolesReadByTask(program: Program, task: Call): readonly string[] {
  return program.registry.find("task", task.word)?.capabilities?.roles ?? [];
}

/** Returns the roles that the task needs and the data lack. A task may accept alternatives (capability `orRoles`). */
export function missingRoles(program: Program, data: DataPlan, task: Call): readonly string[] {
  const others = program.registry.find("task", task.word)?.capabilities?.alternativeRoles;
  if (others?.every((role) => data.columns[role] !== undefined)) return [];
  return rolesReadByTask(program, task).filter((role) => data.columns[role] === undefined);
}
/**
 * Checks that the roles the task reads have columns, and those a training needs in addition (capability
 * `trainingRoles`, of the call).
 */
export function checkRoles(program: Program, data: DataPlan, task: Call, here: Span): boolean {
  const wanted = program.registry.find("task", task.word)?.capabilities?.trainingRoles?.(task) ?? [];
  const missing = [...missingRoles(program, data, task), ...wanted.filter((role) => data.columns[role] === undefined)];
  for (const role of missing) program.report("missing-role", { role, task: task.word, data: data.name }, here);
  return missing.length === 0;
}

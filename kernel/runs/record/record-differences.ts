/**
 * Compares the records of two runs part by part: differences that can change a number, and differences that cannot. A
 * part that one run does not record (older runs record less) is skipped.
 */
import { plural, callText } from "../../host/value-text.js";
import { settingDifferences } from "../history/differences.js";
import type { RecordedFile, RunRecord } from "../run-record.js";
import type { PinnedRunFacts } from "../run-folder.js";
import type { Plan, Recipe } from "#dsl/compiler/plan/plan.js";
import { semanticsVersionOf } from "#dsl/compiler/plan/semantics.js";
import { compareRowMarks, type RowChangesBetweenRuns } from "./rows-changed.js";
import type { ComparedRunRecord } from "./compared-run.js";

export type DifferenceGroup = "settings" | "seeds" | "data" | "base" | "versions" | "machine" | "names";
export interface RecordDifference {
  readonly group: DifferenceGroup;
  readonly what: string;
  /** Null if the part does not exist in that run. */
  readonly here: string | null;
  readonly there: string | null;
  /** Which rows differ, if both runs recorded row marks. */
  readonly rows?: RowChangesBetweenRuns;
}
export interface RecordDifferences {
  readonly numbers: readonly RecordDifference[];
  readonly others: readonly RecordDifference[];
}

/**
 * Settings that only control how often something is written, and settings (`APART`) that are reported in their own
 * groups.
 */
const HARMLESS = /^(log|checkpoint)(\.|$)/;
const APART = new Set(["engine", "Tunebook", "content of the data", "content of the base", "seed", "model base"]);

export function compareRunRecords(here: ComparedRunRecord, there: ComparedRunRecord): RecordDifferences {
  const settings = settingDifferences(here, there)
    .filter(({ setting }) => !APART.has(setting))
    .map(({ setting, here: a, there: b }): RecordDifference => ({
      group: "settings",
      what: setting,
      here: a,
      there: b,
    }));
  const difference = (
    group: DifferenceGroup,
    what: string,
    valueOf: (side: ComparedRunRecord) => string | null | undefined,
  ): readonly RecordDifference[] => {
    const [a, b] = [valueOf(here), valueOf(there)];
    return a === undefined || b === undefined || a === b ? [] : [{ group, what, here: a, there: b }];
  };
  const base = basesOf(here, there);
  // If the resulting rows are equal, other differences between the files have no effect.
  const read = filesOf(here, there, ["data", "annotations"]);
  const rows = rowsOf(here, there);
  return {
    numbers: [
      ...settings.filter(({ what }) => !HARMLESS.test(what)),
      ...difference("settings", "semantics: meaning of the program", ({ plan: { recipe } }) =>
        String(semanticsVersionOf(recipe)),
      ),
      ...difference("settings", "strategy", ({ plan: { recipe } }) =>
        (recipe.update?.strategy ?? []).map(callText).join(", "),
      ),
      ...difference("settings", "stage of compress", ({ plan: { recipe } }) =>
        recipe.compress ? callText(recipe.compress.stage) : "",
      ),
      ...difference("settings", "federation", ({ plan: { recipe } }) => federationText(recipe)),
      ...difference("base", "initial weights", ({ plan: { recipe } }) => wentOnFrom(recipe)),
      ...difference("seeds", "seed of the training", ({ plan }) => String(plan.recipe.training.seed)),
      ...difference("seeds", "seed of the data", ({ plan }) => String(plan.recipe.data.seed)),
      ...rows,
      ...(rows.length > 0 ? read : []),
      ...filesOf(here, there, ["named"]),
      ...base,
      ...entries("versions", versionsOf(here), versionsOf(there)),
      ...difference("machine", "engine", ({ lock }) => lock.engine),
      ...difference("machine", "device", ({ record }) => record?.engine.device),
      ...difference("machine", "threads", ({ record }) => record && String(record.engine.threads)),
      ...difference("machine", "deterministic", ({ record }) => record && String(record.engine.deterministic ?? false)),
      ...difference("machine", "platform", ({ record }) => record?.machine.platform),
      ...difference("machine", "processor", ({ record }) => record?.machine.processor),
      ...(here.record && there.record ? entries("machine", here.record.environment, there.record.environment) : []),
    ],
    others: [
      ...difference("machine", "runner", ({ plan: { effects } }) =>
        effects.runner ? callText(effects.runner) : "one process",
      ),
      ...(rows.length > 0 ? [] : read),
      ...settings.filter(({ what }) => HARMLESS.test(what)),
      ...difference("names", "name of the run", ({ lock }) => lock.name),
      ...difference("names", "name of the model", ({ plan }) => plan.recipe.model.name),
      ...difference("names", "name of the data", ({ plan }) => plan.recipe.data.name),
      ...(base.length === 0 ? difference("base", "name of the base", ({ plan }) => plan.recipe.model.base) : []),
      ...difference("machine", "cores", ({ record }) => record && String(record.machine.cores)),
      ...difference("names", "git", ({ record }) => record && gitText(record)),
      ...difference("names", "allowed", ({ record }) => record && allowedText(record)),
    ],
  };
}

/** Compares the rows that the model reads, split by split if both runs recorded them that way. */
function rowsOf(here: ComparedRunRecord, there: ComparedRunRecord): readonly RecordDifference[] {
  const [a, b] = [here.lock.dataHash, there.lock.dataHash];
  if (a === null || b === null || a === b) return [];
  const splits = entries("data", here.record?.splits ?? {}, there.record?.splits ?? {});
  const text = ({ lock }: ComparedRunRecord, split: string, hash: string | null): string | null =>
    hash === null ? null : rows(lock, split, hash);
  const marks = splits.length > 0 ? [here.marks?.(), there.marks?.()] : [];
  const parts = splits.map((one): RecordDifference => {
    const changes = marks[0] && marks[1] ? compareRowMarks(marks[0], marks[1], one.what) : null;
    return {
      group: one.group,
      what: `rows of ${one.what}`,
      here: text(here, one.what, one.here),
      there: text(there, one.what, one.there),
      ...(changes && { rows: changes }),
    };
  });
  return parts.length > 0 ? parts : [{ group: "data", what: "rows", here: shortHash(a), there: shortHash(b) }];
}
function rows({ data }: PinnedRunFacts, split: string, hash: string): string {
  const count = data?.splits[split];
  return `${count === undefined ? "" : `${plural(count, "row")}, `}content ${shortHash(hash)}`;
}

function basesOf(here: ComparedRunRecord, there: ComparedRunRecord): readonly RecordDifference[] {
  const [a, b] = [here, there].map(({ lock, plan }) => lock.baseHash ?? plan.recipe.model.baseHash);
  if (!a || !b || a === b) return [];
  const name = (side: ComparedRunRecord): string => side.plan.recipe.model.base;
  const named: readonly RecordDifference[] =
    name(here) === name(there) ? [] : [{ group: "base", what: "base", here: name(here), there: name(there) }];
  const files = filesOf(here, there, ["base"]);
  if (named.length + files.length > 0) return [...named, ...files];
  return [{ group: "base", what: "content of the base", here: shortHash(a), there: shortHash(b) }];
}

function filesOf(
  here: ComparedRunRecord,
  there: ComparedRunRecord,
  sorts: readonly RecordedFile["sort"][],
): readonly RecordDifference[] {
  if (!here.record || !there.record) return [];
  const hashesOf = ({ files }: RunRecord): Readonly<Record<string, string>> =>
    Object.fromEntries(
      files
        .filter(({ sort }) => sorts.includes(sort))
        .map(({ sort, name, bytes, hash }) => [
          describeFileRole(sort, name),
          `${bytes.toLocaleString("en-US")} bytes, ${shortHash(hash)}`,
        ]),
    );
  return entries(sorts.includes("base") ? "base" : "data", hashesOf(here.record), hashesOf(there.record));
}

/** Describes the role of a file for a model. */
export function describeFileRole(sort: RecordedFile["sort"], name: string): string {
  if (sort !== "base") return sort === "annotations" ? `annotations ${name}` : `file ${name}`;
  if (/\.safetensors$/.test(name)) return `weights ${name}`;
  if (/^chat_template/.test(name)) return `chat template ${name}`;
  return /^(tokenizer|special_tokens)/.test(name) ? `tokenizer ${name}` : `base ${name}`;
}

function versionsOf({ record, lock }: ComparedRunRecord): Readonly<Record<string, string>> {
  return record?.versions ?? { tunebook: lock.tunebook, node: lock.node.replace(/^v/, "") };
}

/** Compares the keys that both runs have; for complete records also keys that only one of them has. */
function entries(
  group: DifferenceGroup,
  here: Readonly<Record<string, string>>,
  there: Readonly<Record<string, string>>,
): readonly RecordDifference[] {
  const names = [...new Set([...Object.keys(here), ...Object.keys(there)])];
  const both = group !== "versions";
  return names.flatMap((what) => {
    const [a, b] = [here[what] ?? null, there[what] ?? null];
    return a === b || (!both && (a === null || b === null)) ? [] : [{ group, what, here: a, there: b }];
  });
}

function gitText({ git }: RunRecord): string {
  if (!git) return "in no repository";
  const changed = git.changed === 0 ? "" : `, ${git.changed.toLocaleString("en-US")} changed`;
  return `${shortHash(git.commit)}${git.branch === null ? "" : ` on ${git.branch}`}${changed}`;
}
function allowedText({ allowed = [] }: RunRecord): string {
  return allowed.length === 0 ? "nothing" : allowed.map(({ code, reason }) => `${code} (${reason})`).join("; ");
}
export const shortHash = (hash: string): string => hash.slice(0, 12);

/** Identifies the weights that the training started from, where these are not the base's. */
function wentOnFrom({ update, compress }: Plan["recipe"]): string {
  if (compress) return shortHash(compress.of);
  if (!update) return "its base's";
  return shortHash([update.start, ...update.before].at(-1) ?? "");
}

/** Describes the clients and how their updates were aggregated. */
function federationText({ federated }: Recipe): string {
  if (!federated) return "";
  const { clients, others, joined, rounds, participation, stragglers, aggregate, compression, secure_aggregation } =
    federated;
  const each = typeof participation === "number" ? String(participation) : `${String(participation.share * 100)} %`;
  return [
    joined !== undefined
      ? `${String(joined)} clients that join`
      : clients
        ? callText(clients)
        : `${String(others.length + 1)} clients`,
    `${String(rounds)} rounds of ${each}`,
    callText(aggregate),
    ...compression.map(callText),
    ...(stragglers > 0 ? [`${String(stragglers * 100)} % lost`] : []),
    ...(secure_aggregation ? ["secure aggregation"] : []),
  ].join(", ");
}

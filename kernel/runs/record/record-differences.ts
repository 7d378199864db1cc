/**
 * What two runs stand on, part by part: what differs that can change a number, and what differs and can't. Where a part is not
 * known of one of them (an older run keeps less), nothing is said of it.
 */
import { plural } from "../../host/text.js";
import { callText } from "../../host/value-text.js";
import { differences } from "../history/differences.js";
import type { RecordedFile, RunRecord } from "../run-record.js";
import type { Lock } from "../run-folder.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Recipe } from "#dsl/compiler/plan/recipe.js";
import { semanticsOf } from "#dsl/compiler/plan/semantics.js";
import { rowsChanged, type RowChanges } from "./rows-changed.js";
import type { Side } from "./side.js";

export type Group = "settings" | "seeds" | "data" | "base" | "versions" | "machine" | "names";
export interface Difference {
  readonly group: Group;
  readonly what: string;
  /** Null: it isn't there. */
  readonly here: string | null;
  readonly there: string | null;
  /** Of rows: which of them, where both runs keep that. */
  readonly rows?: RowChanges;
}
export interface Differing {
  readonly numbers: readonly Difference[];
  readonly others: readonly Difference[];
}

/** Settings that say how often something is written, and what is told in parts of its own. */
const HARMLESS = /^(log|checkpoint)(\.|$)/;
const APART = new Set(["engine", "Tunebook", "content of the data", "content of the base", "seed", "model base"]);

export function differingIn(here: Side, there: Side): Differing {
  const settings = differences(here, there)
    .filter(({ setting }) => !APART.has(setting))
    .map(({ setting, here: a, there: b }): Difference => ({ group: "settings", what: setting, here: a, there: b }));
  const told = (group: Group, what: string, of: (side: Side) => string | null | undefined): readonly Difference[] => {
    const [a, b] = [of(here), of(there)];
    return a === undefined || b === undefined || a === b ? [] : [{ group, what, here: a, there: b }];
  };
  const base = basesOf(here, there);
  // The rows that came of them are the same: what else stands in the files is read by nobody.
  const read = filesOf(here, there, ["data", "annotations"]);
  const rows = rowsOf(here, there);
  return {
    numbers: [
      ...settings.filter(({ what }) => !HARMLESS.test(what)),
      ...told("settings", "semantics: what the same program means", ({ plan: { recipe } }) =>
        String(semanticsOf(recipe)),
      ),
      ...told("settings", "strategy", ({ plan: { recipe } }) =>
        (recipe.update?.strategy ?? []).map(callText).join(", "),
      ),
      ...told("settings", "stage of compress", ({ plan: { recipe } }) =>
        recipe.compress ? callText(recipe.compress.stage) : "",
      ),
      ...told("settings", "federation", ({ plan: { recipe } }) => federationText(recipe)),
      ...told("base", "weights that it went on from", ({ plan: { recipe } }) => wentOnFrom(recipe)),
      ...told("seeds", "seed of the training", ({ plan }) => String(plan.recipe.training.seed)),
      ...told("seeds", "seed of the data", ({ plan }) => String(plan.recipe.data.seed)),
      ...rows,
      ...(rows.length > 0 ? read : []),
      ...filesOf(here, there, ["named"]),
      ...base,
      ...entries("versions", versionsOf(here), versionsOf(there)),
      ...told("machine", "engine", ({ lock }) => lock.engine),
      ...told("machine", "device", ({ record }) => record?.engine.device),
      ...told("machine", "threads", ({ record }) => record && String(record.engine.threads)),
      ...told("machine", "deterministic", ({ record }) => record && String(record.engine.deterministic ?? false)),
      ...told("machine", "platform", ({ record }) => record?.machine.platform),
      ...told("machine", "processor", ({ record }) => record?.machine.processor),
      ...(here.record && there.record ? entries("machine", here.record.environment, there.record.environment) : []),
    ],
    others: [
      ...told("machine", "runner", ({ plan: { effects } }) =>
        effects.runner ? callText(effects.runner) : "one process",
      ),
      ...(rows.length > 0 ? [] : read),
      ...settings.filter(({ what }) => HARMLESS.test(what)),
      ...told("names", "name of the run", ({ lock }) => lock.name),
      ...told("names", "name of the model", ({ plan }) => plan.recipe.model.name),
      ...told("names", "name of the data", ({ plan }) => plan.recipe.data.name),
      ...(base.length === 0 ? told("base", "name of the base", ({ plan }) => plan.recipe.model.base) : []),
      ...told("machine", "cores", ({ record }) => record && String(record.machine.cores)),
      ...told("names", "git", ({ record }) => record && gitText(record)),
      ...told("names", "allowed", ({ record }) => record && allowedText(record)),
    ],
  };
}

/** The rows that a model reads, split by split where both keep that. */
function rowsOf(here: Side, there: Side): readonly Difference[] {
  const [a, b] = [here.lock.dataHash, there.lock.dataHash];
  if (a === null || b === null || a === b) return [];
  const splits = entries("data", here.record?.splits ?? {}, there.record?.splits ?? {});
  const text = ({ lock }: Side, split: string, hash: string | null): string | null =>
    hash === null ? null : rows(lock, split, hash);
  const marks = splits.length > 0 ? [here.marks?.(), there.marks?.()] : [];
  const parts = splits.map((one): Difference => {
    const changes = marks[0] && marks[1] ? rowsChanged(marks[0], marks[1], one.what) : null;
    return {
      group: one.group,
      what: `rows of ${one.what}`,
      here: text(here, one.what, one.here),
      there: text(there, one.what, one.there),
      ...(changes && { rows: changes }),
    };
  });
  return parts.length > 0 ? parts : [{ group: "data", what: "rows", here: short(a), there: short(b) }];
}
function rows({ data }: Lock, split: string, hash: string): string {
  const count = data?.splits[split];
  return `${count === undefined ? "" : `${plural(count, "row")}, `}content ${short(hash)}`;
}

function basesOf(here: Side, there: Side): readonly Difference[] {
  const [a, b] = [here, there].map(({ lock, plan }) => lock.baseHash ?? plan.recipe.model.baseHash);
  if (!a || !b || a === b) return [];
  const name = (side: Side): string => side.plan.recipe.model.base;
  const named: readonly Difference[] =
    name(here) === name(there) ? [] : [{ group: "base", what: "base", here: name(here), there: name(there) }];
  const files = filesOf(here, there, ["base"]);
  if (named.length + files.length > 0) return [...named, ...files];
  return [{ group: "base", what: "content of the base", here: short(a), there: short(b) }];
}

function filesOf(here: Side, there: Side, sorts: readonly RecordedFile["sort"][]): readonly Difference[] {
  if (!here.record || !there.record) return [];
  const of = ({ files }: RunRecord): Readonly<Record<string, string>> =>
    Object.fromEntries(
      files
        .filter(({ sort }) => sorts.includes(sort))
        .map(({ sort, name, bytes, hash }) => [
          partOf(sort, name),
          `${bytes.toLocaleString("en-US")} bytes, ${short(hash)}`,
        ]),
    );
  return entries(sorts.includes("base") ? "base" : "data", of(here.record), of(there.record));
}

/** What a file is to a model. */
export function partOf(sort: RecordedFile["sort"], name: string): string {
  if (sort !== "base") return sort === "annotations" ? `annotations ${name}` : `file ${name}`;
  if (/\.safetensors$/.test(name)) return `weights ${name}`;
  if (/^chat_template/.test(name)) return `chat template ${name}`;
  return /^(tokenizer|special_tokens)/.test(name) ? `tokenizer ${name}` : `base ${name}`;
}

function versionsOf({ record, lock }: Side): Readonly<Record<string, string>> {
  return record?.versions ?? { tunebook: lock.tunebook, node: lock.node.replace(/^v/, "") };
}

/** Keys that both know of, or of complete records those of one alone. */
function entries(
  group: Group,
  here: Readonly<Record<string, string>>,
  there: Readonly<Record<string, string>>,
): readonly Difference[] {
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
  return `${short(git.commit)}${git.branch === null ? "" : ` on ${git.branch}`}${changed}`;
}
function allowedText({ allowed = [] }: RunRecord): string {
  return allowed.length === 0 ? "nothing" : allowed.map(({ code, reason }) => `${code} (${reason})`).join("; ");
}
export const short = (hash: string): string => hash.slice(0, 12);

/** What tells the weights that a training began with, where these are no base's. */
function wentOnFrom({ update, compress }: Plan["recipe"]): string {
  if (compress) return short(compress.of);
  if (!update) return "its base's";
  return short([update.start, ...update.before].at(-1) ?? "");
}

/** Who the clients were and what was done with their updates. */
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

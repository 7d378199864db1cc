/** State of a compilation: names defined so far, parameters, needs, reports. Statements read and write it in order. */
import {
  isFailedFact,
  type FactOf,
  type Facts,
  type FailedFact,
  type JournalFacts,
  type Need,
  needKey,
} from "../../language/types/facts.js";
import type { Action, ExperimentSettings } from "./action.js";
import type { Call, Value, Annotations, GivenValue } from "../../language/types/value.js";
import type { CompilerEnvironment, NameKind } from "./known-names.js";
import type { Registry } from "../../language/types/registry.js";
import type { ReferenceNode, Statement, WordNode } from "../../language/syntax/tree.js";
import type { Allowance } from "../../language/types/allow.js";
import { codeEntryOf, textsOfCode, type CallFix, type Code, type CodeData } from "../../language/diagnostics/codes.js";
import type { Fix } from "../../language/diagnostics/diagnostic.js";
import type {} from "./codes/deploy-codes.js";
import type {} from "./codes/name-codes.js";
import type {} from "./codes/evaluation-codes.js";
import type {} from "./codes/search-codes.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import type { StatementScope } from "../../language/types/scope.js";
import { replacementFix, Reporter, type DiagnosticDetails } from "../../language/diagnostics/reporter.js";
import type { Source, Span } from "../../language/diagnostics/span.js";
import { quoteString } from "../../language/syntax/strings.js";
import type { DollarReferenceValue, TypingContext } from "../../language/types/typing.js";
import { typedValue } from "../../language/types/values.js";

/** A definition of data, model or recipe: the given values, including those from `like`, without defaults. */
export interface DefinitionDraft {
  readonly is: "data" | "model" | "recipe";
  readonly name: string;
  readonly span: Span;
  readonly source: Source;
  readonly given: ReadonlyMap<string, GivenValue>;
  /** True if an error was reported in it or a fact is missing: statements that use it report nothing. */
  readonly broken: boolean;
  readonly needs: readonly Need[];
  readonly annotations?: Annotations;
  readonly allowances: readonly Allowance[];
  readonly block?: Span;
}
/** A warning that was found and is allowed. */
export interface AllowedWarning {
  readonly code: string;
  readonly reason: string;
  readonly of: string;
  /** The message of the suppressed warning. */
  readonly message: string;
}
/** A training that a name stands for: the model's own, or one named by `as`. */
export interface NamedTraining {
  readonly model: DefinitionDraft;
  readonly data: DefinitionDraft;
  /** Name of a sweep's best after `with`; its settings for data, model and recipe are looked up again. */
  readonly best?: WordNode;
  /** Sweep's best of the training that it continued from; only its model settings apply. */
  readonly begunBest?: WordNode;
  /** The recipe after `with`, and the settings of the statement's own block. */
  readonly recipe: DefinitionDraft | null;
  readonly ownSettings: ReadonlyMap<string, GivenValue>;
  /** Hash of the recipe that the statement planned; unset if it was not planned. */
  readonly recipeHash?: string;
  /** True if a statement of the current source trained it. */
  readonly here: boolean;
  /** Number of seeds it was trained with; the best of them is saved. Defaults to one. */
  readonly repeats?: number;
  /** Name for attaching to a training in its own process. Its weights are unavailable until it is attached. */
  readonly detached?: string;
  /** It is one of those seeds. */
  readonly seeded?: true;
  /** Set if it continued from trained weights; otherwise it started from its base. */
  readonly update?: UpdateDraft;
  /** Set for a step of a compression. */
  readonly compress?: CompressDraft;
  /** Set for a federated training: its own keys, and the data of the other clients. */
  readonly federated?: {
    readonly settings: ReadonlyMap<string, GivenValue>;
    readonly others: readonly DefinitionDraft[];
  };
  /** For data in folds: the held-out fold, from 1. */
  readonly fold?: number;
  /** Names of its models, one per fold. */
  readonly folds?: readonly string[];
}
/** The start and action of a `compress` step, as names of the notebook. */
export interface CompressDraft {
  readonly start: string;
  readonly stage: Call;
  /** A teacher that was not trained in this program. */
  readonly teacher?: { readonly call: Call; readonly folder: string };
  readonly unlabelled: readonly DefinitionDraft[];
}
/** What an update task continues from, as names of the notebook. */
export interface UpdateDraft {
  readonly start: string;
  /** The trainings it continues from, as far as known, oldest first, with their data as they were then. */
  readonly line: readonly { readonly data: DefinitionDraft; readonly strategy: readonly Call[] }[];
  readonly strategy: readonly Call[];
  /** Data of the earlier tasks, oldest first. */
  readonly before: readonly DefinitionDraft[];
  /** Strategies of all tasks it continues from, including earlier updates, oldest first. */
  readonly lineage: readonly (readonly Call[])[];
  /** Hash of the texts to be forgotten. */
  readonly forget?: string;
}
export interface NameEntry {
  readonly is: NameKind;
  readonly span: Span;
  readonly source: string;
  readonly draft?: DefinitionDraft;
}

export class Program implements StatementScope {
  readonly names = new Map<string, NameEntry>();
  readonly runs = new Map<string, NamedTraining>();
  /** Maps a sweep name to its model, data and settings. */
  readonly sweeps = new Map<
    string,
    {
      readonly here: boolean;
      /** Runs in its own process; its result is unknown until it is attached. */
      readonly detached?: true;
      readonly data: ReadonlyMap<string, GivenValue>;
      readonly model: ReadonlyMap<string, GivenValue>;
      readonly recipe: ReadonlyMap<string, GivenValue>;
      /** What its trials vary and their goals; unset if it could not be read. */
      readonly study?: JournalFacts["studies"][number];
    }
  >();
  /** Names whose training could not be read; the error was reported there. */
  readonly tried = new Set<string>();
  /** Names that unreadable statements would have defined, and the kinds of such statements whose name is unknown. */
  readonly lost = { names: new Set<string>(), kinds: new Set<string>() };
  /** Names that are missing for a reason already reported. */
  readonly reportedNames = new Set<string>();
  readonly parameters = new Map<string, { readonly value: Value; readonly span: Span }>();
  readonly actions: Action[] = [];
  readonly needs = new Map<string, Need>();
  reporter = new Reporter();
  engine: { engine: string; threads: number | null } = { engine: "auto", threads: null };
  /** The current experiment; null if no statement started one. */
  experiment: ExperimentSettings | null = null;
  source: Source = { id: "", title: "", text: "" };
  /** True while earlier sources are read: they contribute definitions and report nothing. */
  silent = false;
  versionLine: Statement | undefined;
  /** Chain of files that use the current source, to detect cycles. */
  using: readonly string[] = [];
  /** Chain of locally trained models that the current one starts from. */
  readonly lineage: string[] = [];
  /** Allowances of the current statement and of the definitions it uses. */
  allowing: readonly Allowance[] = [];
  /** Whether the current statement has `show: brief`. */
  brief = false;
  /** Warnings allowed while the current statement was read. */
  readonly allowed: AllowedWarning[] = [];
  /** All allowances of the current source. */
  readonly allowances: Allowance[] = [];
  /** Needs requested while one statement is read. */
  noted: Need[] = [];

  /** TypeScript names in use whose values are unknown. */
  readonly unvalued = new Set<string>();

  constructor(
    readonly registry: Registry,
    readonly facts: Facts,
    readonly purpose: "assist" | "run",
    readonly outside: CompilerEnvironment,
  ) {}

  /** Returns an independent copy of the program, with the same or newer facts. */
  fork(registry: Registry, facts: Facts, outside: CompilerEnvironment): Program {
    const other = new Program(registry, facts, this.purpose, outside);
    const maps = ["names", "runs", "sweeps", "parameters", "needs", "folders", "sources"] as const;
    for (const map of maps) for (const [key, value] of this[map]) (other[map] as Map<string, unknown>).set(key, value);
    for (const name of this.tried) other.tried.add(name);
    for (const name of this.lost.names) other.lost.names.add(name);
    for (const kind of this.lost.kinds) other.lost.kinds.add(kind);
    other.engine = this.engine;
    other.experiment = this.experiment;
    return other;
  }

  /** Maps ids to all sources read so far. */
  readonly sources = new Map<string, Source>();
  /** Maps a source id to the folder of its file. */
  readonly folders = new Map<string, string>();
  folderAt(span: Span | undefined): string {
    return (span && this.folders.get(span.source)) ?? ".";
  }

  /** Reports a diagnostic. @returns false if a statement allows it */
  report<C extends Code>(code: C, data: CodeData[C], span: Span, more: DiagnosticDetails = {}): boolean {
    if (this.allows(code, data)) return false;
    this.reporter.report(code, data, span, more);
    return true;
  }
  /** Whether a current statement allows the diagnostic; if so, it is listed in the plan. */
  allows<C extends Code>(code: C, data: CodeData[C]): boolean {
    const matching = this.allowing.filter((one) => one.code === code);
    for (const one of matching) {
      one.used = true;
      const { reason, owner: statement } = one;
      if (!this.allowed.some((a) => a.code === code && a.of === statement))
        this.allowed.push({ code, reason, of: statement, message: textsOfCode(code, data).message });
    }
    return matching.length > 0;
  }
  /** Reports at `span` if it is in the current source, else at `here` (what in this source led there). */
  reportNear<C extends Code>(
    code: C,
    data: CodeData[C],
    span: Span | undefined,
    here: Span,
    more: DiagnosticDetails = {},
  ): boolean {
    return span?.source === this.source.id ? this.report(code, data, span, more) : this.report(code, data, here);
  }
  /** Reports a warning about a definition only where it is defined, not at each use. */
  reportOwn<C extends Code>(
    code: C,
    data: CodeData[C],
    draft: DefinitionDraft,
    span: Span | undefined,
    more: DiagnosticDetails = {},
  ): boolean {
    if (this.allows(code, data)) return false;
    if (draft.source.id === this.source.id) this.reporter.report(code, data, span ?? draft.span, more);
    return true;
  }
  /** Returns the span in the definition that a failure refers to, if it is in the current source. */
  placeOf(failure: FailedFact, draft: DefinitionDraft): Span | undefined {
    return codeEntryOf(failure.failed.code)
      ?.paths?.map((path) => draft.given.get(path.split(".")[0] ?? path)?.places.get(path))
      .find((place) => place?.source === this.source.id);
  }
  /** Reports a failed fact. `argument` returns the span of an argument of the failed call. */
  reportFailed(
    { failed: { code, data } }: FailedFact,
    span: Span,
    argument?: (name: string) => Span | undefined,
  ): void {
    // Does not repeat what the word's own check already reported.
    const isWithin = (inner: Span): boolean =>
      inner.source === span.source && inner.start >= span.start && inner.end <= span.end;
    if (this.reporter.diagnostics.some((one) => one.code === code && isWithin(one.span))) return;
    const mend = span.source === this.source.id ? codeEntryOf(code)?.mend?.(data) : undefined;
    const fix = mend ? mendOfCall(mend, span, this.source.text, argument) : undefined;
    const more = fix ? { fix } : mendOf(data, span, this.source.text);
    this.reporter.report(code as Code, data as CodeData[Code], span, more);
  }

  /**
   * Returns the answer to a need. If it is missing, the need is requested, unless it is costly and the purpose is
   * assistance.
   * @returns undefined if it is not known yet
   */
  ask<N extends Need>(need: N, costly = false): FactOf<N["about"]> | FailedFact | undefined {
    const answer = this.facts.get(need);
    if (answer === undefined && this.cannotBeTold(need)) return undefined;
    if (answer === undefined && !(costly && this.purpose === "assist")) {
      this.noted.push(need);
      if (!this.silent) this.needs.set(needKey(need), need);
    }
    return answer;
  }
  /**
   * Requests a need that names depend on, even in an earlier source: without it, later statements would lack the name.
   */
  insist<N extends Need>(need: N): FactOf<N["about"]> | FailedFact | undefined {
    const answer = this.ask(need);
    if (answer === undefined && !this.cannotBeTold(need)) this.needs.set(needKey(need), need);
    return answer;
  }
  /** Adds the needs of a definition from an earlier source once it is used. */
  require(needs: readonly Need[]): void {
    if (!this.silent)
      for (const need of needs)
        if (this.facts.get(need) === undefined && !this.cannotBeTold(need)) this.needs.set(needKey(need), need);
  }
  /** True for a need with a TypeScript name whose value is unknown. */
  private cannotBeTold(need: Need): boolean {
    const { unvalued = [] } = this.outside;
    if (unvalued.length === 0) return false;
    const names = (need.about === "name" ? [need.of] : liveIn(need)).map((name) => name.split(".")[0] ?? name);
    const among = names.filter((name) => unvalued.includes(name));
    if (!this.silent) for (const name of among) this.unvalued.add(name);
    return among.length > 0;
  }

  typing(places: Map<string, Span>): TypingContext {
    const reporter = this.reporter;
    return {
      registry: this.registry,
      reporter,
      places,
      typed: typedValue,
      reference: (node) => this.reference(node),
      isModel: (name) => ["model", "run"].includes(this.names.get(name)?.is ?? "") || this.isBest(name),
      textOf: (span) => this.textOf(span),
      sourceOf: (span) => (span.source === this.source.id ? this.source.text : undefined),
    };
  }
  /** Whether the name is a sweep's best trial: `found.best`. */
  isBest(name: string): boolean {
    const [sweep = "", part, ...more] = name.split(".");
    return part === "best" && more.length === 0 && this.names.get(sweep)?.is === "sweep";
  }
  /** Returns the text at a span of the current source. */
  textOf({ source, start, end }: Span): string | undefined {
    return source === this.source.id ? this.source.text.slice(start, end) : undefined;
  }

  /** Returns the value of `$x`: a parameter first, then a TypeScript value. */
  reference(node: ReferenceNode): DollarReferenceValue | undefined {
    const parameter = this.parameters.get(node.text);
    if (parameter) return { value: parameter.value };
    const fact = this.ask({ about: "name", of: node.text });
    if (fact === undefined) return undefined;
    if (!isFailedFact(fact)) {
      if (fact.value !== undefined) return { value: fact.value };
      if (fact.live !== undefined) return { live: node.text };
    } else if (fact.failed.code !== "unknown-reference") {
      this.reportFailed(fact, node.span);
      return undefined;
    }
    if (this.lost.kinds.has("parameters") || this.lost.names.has(node.text)) return undefined;
    const has = [...this.parameters.keys(), ...this.outside.typescript];
    const near = nearestWord(node.text, has, this.reporter);
    this.report(
      "unknown-reference",
      { name: node.text, has, ...(near ? { nearest: near } : {}) },
      node.span,
      near ? { fix: replacementFix(node.span, `$${near}`) } : {},
    );
    return undefined;
  }

  /** Binds a name; reports a name that is taken. */
  define(name: string, span: Span, named: Omit<NameEntry, "span" | "source">): void {
    const before = this.names.get(name);
    const verb = this.registry.verbs().find(({ operands }) => operands.ownSubject?.name === name);
    if (verb) this.report("name-of-verb", { name, verb: verb.name }, span);
    else if (before && before.source === this.source.id && !(before.is === named.is && named.is === "run"))
      this.report("defined-twice", { name }, span, {
        labels: before.span.source === span.source ? [{ span: before.span, text: "first here" }] : [],
      });
    else if (this.outside.typescript.includes(name)) this.report("name-taken", { name }, span);
    this.names.set(name, { ...named, span, source: this.source.id });
  }
  namesOf(...kinds: readonly NameKind[]): string[] {
    return [...this.names].filter(([, n]) => kinds.includes(n.is)).map(([name]) => name);
  }
}

/** Returns a fix for a failed call: another word, or a missing or different argument. */
function mendOfCall(
  mend: CallFix,
  span: Span,
  text: string,
  argument?: (name: string) => Span | undefined,
): Fix | undefined {
  const [call, word = "", given = ""] = /^(\w+)\((.*)\)$/s.exec(text.slice(span.start, span.end)) ?? [];
  if (call === undefined) return undefined;
  if ("word" in mend) return replacementFix({ ...span, end: span.start + word.length }, mend.word);
  const value = typeof mend.value === "number" ? String(mend.value) : quoteString(mend.value);
  const there = argument?.(mend.argument);
  const whole = `${mend.argument}: ${value}`;
  if (there && there.start >= span.start && there.end < span.end)
    return replacementFix(there, value, `write \`${whole}\``);
  const parted = /,\s*$/.test(given) || given.trim() === "" ? "" : ", ";
  return replacementFix({ ...span, start: span.end - 1, end: span.end - 1 }, `${parted}${whole}`, `add \`${whole}\``);
}

/**
 * Returns a fix for a failure with a likely intended name, if the wrong name occurs in quotes exactly once in the span.
 */
function mendOf(data: unknown, span: Span, text: string): DiagnosticDetails {
  const { near, name, path } = data as Readonly<Record<string, unknown>>;
  const wrong = name ?? path;
  if (typeof near !== "string" || typeof wrong !== "string") return {};
  const [quoted, meant] = [JSON.stringify(wrong), JSON.stringify(near)];
  const parts = text.slice(span.start, span.end).split(quoted);
  if (parts.length !== 2) return {};
  const start = span.start + parts[0]!.length;
  return { fix: replacementFix({ ...span, start, end: start + quoted.length }, meant, `write ${meant}`) };
}

/** Returns the live values in a need. */
function liveIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("live" in value && typeof value.live === "string") return [value.live];
  return Object.values(value).flatMap(liveIn);
}

/** Returns the folder of a source's file; `.` if it has none. */
export function folderOf(source: Source): string {
  if (source.path === undefined) return ".";
  const cut = Math.max(source.path.lastIndexOf("/"), source.path.lastIndexOf("\\"));
  return cut < 0 ? "." : cut === 0 ? "/" : source.path.slice(0, cut);
}

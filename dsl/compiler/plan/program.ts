/**
 * The state of a compilation: names defined so far, parameters, needs, reports. Statements read and write it in order.
 */
import {
  isFailed,
  type FactOf,
  type Facts,
  type FailedFact,
  type JournalFacts,
  type Need,
  needKey,
} from "../../language/types/facts.js";
import type { Action, Experiment } from "./action.js";
import type { Call, Value } from "../../language/types/value.js";
import type { CompilerEnvironment, NameKind } from "./known-names.js";
import type { Registry } from "../../language/types/registry.js";
import type { ReferenceNode, Statement, WordNode } from "../../language/syntax/tree.js";
import type { Allowance } from "../../language/types/allow.js";
import { codeEntryOf, codeText, type CallFix, type Code, type CodeData } from "../../language/diagnostics/codes.js";
import type { Fix } from "../../language/diagnostics/diagnostic.js";
import type {} from "./codes/deploy-codes.js";
import type {} from "./codes/name-codes.js";
import type {} from "./codes/metric-codes.js";
import type {} from "./codes/sweep-codes.js";
import { nearestWord } from "../../language/diagnostics/nearest.js";
import type { Annotations } from "../../language/types/subject.js";
import type { StatementScope } from "../../language/types/scope.js";
import type { GivenValue } from "../../language/types/given-value.js";
import { replacementFix, Reporter, type DiagnosticDetails } from "../../language/diagnostics/reporter.js";
import type { Source, Span } from "../../language/diagnostics/span.js";
import { quoteString } from "../../language/syntax/strings.js";
import type { ReferenceValue, TypingContext } from "../../language/types/typing.js";
import { typedValue } from "../../language/types/values.js";

/** A definition of data, model or recipe: what was given, `like` included, nothing filled in. */
export interface Draft {
  readonly is: "data" | "model" | "recipe";
  readonly name: string;
  readonly span: Span;
  readonly source: Source;
  readonly given: ReadonlyMap<string, GivenValue>;
  /** True when something in it was reported or is not known yet: what builds on it stays silent. */
  readonly broken: boolean;
  readonly needs: readonly Need[];
  /** Of data that people annotate. */
  readonly annotations?: Annotations;
  readonly allowances: readonly Allowance[];
  /** The braces and what is between them. */
  readonly block?: Span;
}
/** A warning that was found and is allowed. */
export interface AllowedWarning {
  readonly code: string;
  readonly reason: string;
  readonly of: string;
  /** What it would have said. */
  readonly message: string;
}
/** A training that a name stands for: the model's own, or one kept by `as`. */
export interface NamedTraining {
  readonly model: Draft;
  readonly data: Draft;
  /** The name of a sweep's best after `with`: what it gives over data, model and recipe is asked for again. */
  readonly best?: WordNode;
  /** That of the training that it went on from: what it gives over the model is its own. */
  readonly begunBest?: WordNode;
  /** Name of the recipe after `with`, and what the statement's own block gave. */
  readonly recipe: Draft | null;
  readonly ownSettings: ReadonlyMap<string, GivenValue>;
  /** Of the recipe that the statement planned; absent: it was not planned. */
  readonly recipeHash?: string;
  /** True when it was trained by a statement of the source at hand. */
  readonly here: boolean;
  /** How many seeds it was trained with; the best of them stays. Absent: one. */
  readonly repeats?: number;
  /** It trains in a process of its own, and nothing here has its weights until that is attached: the name to do it by. */
  readonly detached?: string;
  /** It is one of those seeds. */
  readonly seeded?: true;
  /** It went on from other weights; absent: it began from its base. */
  readonly update?: UpdateDraft;
  /** It is a stage of what makes a model smaller; absent: it isn't. */
  readonly compress?: CompressDraft;
  /** It learnt in rounds from several clients: its own keys, and the data of the others. */
  readonly federated?: { readonly settings: ReadonlyMap<string, GivenValue>; readonly others: readonly Draft[] };
  /** Of data in folds: the one that it does not see, from 1. */
  readonly fold?: number;
  /** It is several models, one for each fold: their names. */
  readonly folds?: readonly string[];
}
/** What a stage of `compress` begins with and does, as names of the notebook. */
export interface CompressDraft {
  readonly start: string;
  readonly stage: Call;
  /** What it learns of, where that was not trained here. */
  readonly teacher?: { readonly call: Call; readonly folder: string };
  readonly unlabelled: readonly Draft[];
}
/** What a stage of an update goes on from, as names of the notebook. */
export interface UpdateDraft {
  readonly start: string;
  /** What it goes on from, as far as it is known here: data as they were then, the first training's first. */
  readonly line: readonly { readonly data: Draft; readonly strategy: readonly Call[] }[];
  readonly strategy: readonly Call[];
  /** Data of the stages before, the first first. */
  readonly before: readonly Draft[];
  /** Strategies of all stages that it goes on from, those of earlier updates too, the first first. */
  readonly lineage: readonly (readonly Call[])[];
  /** Hash of what shall be forgotten. */
  readonly forget?: string;
}
export interface NameEntry {
  readonly is: NameKind;
  readonly span: Span;
  readonly source: string;
  readonly draft?: Draft;
}

export class Program implements StatementScope {
  readonly names = new Map<string, NameEntry>();
  readonly runs = new Map<string, NamedTraining>();
  /** Sweep name → its model, data and settings. */
  readonly sweeps = new Map<
    string,
    {
      readonly here: boolean;
      /** It runs in a process of its own, and nothing here knows what it comes to until it is attached. */
      readonly detached?: true;
      readonly data: ReadonlyMap<string, GivenValue>;
      readonly model: ReadonlyMap<string, GivenValue>;
      readonly recipe: ReadonlyMap<string, GivenValue>;
      /** What its trials vary and are after; absent: it couldn't be read. */
      readonly study?: JournalFacts["studies"][number];
    }
  >();
  /** Names whose training could not be read: what is wrong was said there. */
  readonly tried = new Set<string>();
  /** Names that a statement was to define which could not be read, and kinds of those that have lost their name. */
  readonly lost = { names: new Set<string>(), kinds: new Set<string>() };
  /** Names that are missing for a cause that was told. */
  readonly reportedNames = new Set<string>();
  readonly parameters = new Map<string, { readonly value: Value; readonly span: Span }>();
  readonly actions: Action[] = [];
  readonly needs = new Map<string, Need>();
  reporter = new Reporter();
  engine: { engine: string; threads: number | null } = { engine: "auto", threads: null };
  /** Null: no statement so far began one. */
  experiment: Experiment | null = null;
  source: Source = { id: "", title: "", text: "" };
  /** True while earlier sources are read: they contribute definitions and say nothing. */
  silent = false;
  /** The version line of the present source. */
  versionLine: Statement | undefined;
  /** Files on the way to the present source, against circles. */
  using: readonly string[] = [];
  /** Models trained here that the present one begins from, on the way to the first of them. */
  readonly lineage: string[] = [];
  /** What the statements at hand allow: the one that is read, and the definitions that it works on. */
  allowing: readonly Allowance[] = [];
  /** What was allowed while the statement at hand was read. */
  readonly allowed: AllowedWarning[] = [];
  /** All allowances of the present source. */
  readonly allowances: Allowance[] = [];
  /** Needs named while one statement is read. */
  noted: Need[] = [];

  /** Names of the other language that were met and whose values nobody can tell. */
  readonly unvalued = new Set<string>();

  constructor(
    readonly registry: Registry,
    readonly facts: Facts,
    readonly purpose: "assist" | "run",
    readonly outside: CompilerEnvironment,
  ) {}

  /** A program in the same state that goes on by itself, from the same or newer facts. */
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

  /** All sources read so far, by id. */
  readonly sources = new Map<string, Source>();
  /** Source id → folder of its file. */
  readonly folders = new Map<string, string>();
  folderAt(span: Span | undefined): string {
    return (span && this.folders.get(span.source)) ?? ".";
  }

  /** @returns false where a statement allows it */
  report<C extends Code>(code: C, data: CodeData[C], span: Span, more: DiagnosticDetails = {}): boolean {
    if (this.allows(code, data)) return false;
    this.reporter.report(code, data, span, more);
    return true;
  }
  /** Whether one of the statements at hand allows what was found; the plan tells of it. */
  allows<C extends Code>(code: C, data: CodeData[C]): boolean {
    const matching = this.allowing.filter((one) => one.code === code);
    for (const one of matching) {
      one.used = true;
      const { reason, owner: statement } = one;
      if (!this.allowed.some((a) => a.code === code && a.of === statement))
        this.allowed.push({ code, reason, of: statement, message: codeText(code, data).message });
    }
    return matching.length > 0;
  }
  /** Reports at `span` if it stands in the present source, else at `here` (what in this source led there). */
  reportNear<C extends Code>(
    code: C,
    data: CodeData[C],
    span: Span | undefined,
    here: Span,
    more: DiagnosticDetails = {},
  ): boolean {
    return span?.source === this.source.id ? this.report(code, data, span, more) : this.report(code, data, here);
  }
  /** A warning about a definition alone: it is said where the definition stands, not again wherever it is used. */
  reportOwn<C extends Code>(
    code: C,
    data: CodeData[C],
    draft: Draft,
    span: Span | undefined,
    more: DiagnosticDetails = {},
  ): boolean {
    if (this.allows(code, data)) return false;
    if (draft.source.id === this.source.id) this.reporter.report(code, data, span ?? draft.span, more);
    return true;
  }
  /** Where a failure's code says that it stands in the definition, if it is written in the present source. */
  placeOf(failure: FailedFact, draft: Draft): Span | undefined {
    return codeEntryOf(failure.failed.code)
      ?.paths?.map((path) => draft.given.get(path.split(".")[0] ?? path)?.places.get(path))
      .find((place) => place?.source === this.source.id);
  }
  /** `argument`: where an argument of the call that failed is written. */
  reportFailed(
    { failed: { code, data } }: FailedFact,
    span: Span,
    argument?: (name: string) => Span | undefined,
  ): void {
    // What a word's own check has told isn't told again by who runs it.
    const isWithin = (inner: Span): boolean =>
      inner.source === span.source && inner.start >= span.start && inner.end <= span.end;
    if (this.reporter.diagnostics.some((one) => one.code === code && isWithin(one.span))) return;
    const mend = span.source === this.source.id ? codeEntryOf(code)?.mend?.(data) : undefined;
    const fix = mend ? mendOfCall(mend, span, this.source.text, argument) : undefined;
    const more = fix ? { fix } : mendOf(data, span, this.source.text);
    this.reporter.report(code as Code, data as CodeData[Code], span, more);
  }

  /**
   * The answer to a need, if it is there; else the need is named, unless it is costly and someone is typing.
   * @returns undefined when it is not known yet.
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
  /** A need that names hang on: asked in an earlier source too, or what is written after it would stand for nothing. */
  insist<N extends Need>(need: N): FactOf<N["about"]> | FailedFact | undefined {
    const answer = this.ask(need);
    if (answer === undefined && !this.cannotBeTold(need)) this.needs.set(needKey(need), need);
    return answer;
  }
  /** Needs of a definition made by an earlier source count once it is used. */
  require(needs: readonly Need[]): void {
    if (!this.silent)
      for (const need of needs)
        if (this.facts.get(need) === undefined && !this.cannotBeTold(need)) this.needs.set(needKey(need), need);
  }
  /** True for a need that a name of the other language stands in whose value nobody can tell. */
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
  /** Whether it is the best of a sweep: `found.best`. */
  isBest(name: string): boolean {
    const [sweep = "", part, ...more] = name.split(".");
    return part === "best" && more.length === 0 && this.names.get(sweep)?.is === "sweep";
  }
  /** What is written at a place of the present source. */
  textOf({ source, start, end }: Span): string | undefined {
    return source === this.source.id ? this.source.text.slice(start, end) : undefined;
  }

  /** What `$x` stands for: a parameter first, then a TypeScript value. */
  reference(node: ReferenceNode): ReferenceValue | undefined {
    const parameter = this.parameters.get(node.text);
    if (parameter) return { value: parameter.value };
    const fact = this.ask({ about: "name", of: node.text });
    if (fact === undefined) return undefined;
    if (!isFailed(fact)) {
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

  /** Gives a name to something; reports a name that is taken. */
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

/** The call that failed with another word, or with an argument that it lacks or has otherwise. */
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

/** A failure that tells what was probably meant is mended where the wrong name stands in quotes at its place, once. */
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

/** The live values that stand in a need. */
function liveIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("live" in value && typeof value.live === "string") return [value.live];
  return Object.values(value).flatMap(liveIn);
}

/** Folder of a source's file; `.` where it has none. */
export function folderOf(source: Source): string {
  if (source.path === undefined) return ".";
  const cut = Math.max(source.path.lastIndexOf("/"), source.path.lastIndexOf("\\"));
  return cut < 0 ? "." : cut === 0 ? "/" : source.path.slice(0, cut);
}

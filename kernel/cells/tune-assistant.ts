/**
 * Answers about Tune cells while they are typed, from the cells that ran before. What the language must know of the world
 * is looked up where that is cheap (a table's header, a used file); nothing is downloaded and no data set is read.
 */
import type { Diagnostic } from "#dsl/check/diagnostic.js";
import { applyFixes } from "#dsl/check/fixing.js";
import type { Source } from "#dsl/check/span.js";
import "#dsl/check/name-codes.js";
import { CodedError, wordsOf } from "#dsl/check/codes.js";
import { complete, type AssistContext } from "#dsl/assist/complete.js";
import { hover } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import { compile, nothingOutside, type Compiled } from "#dsl/compile.js";
import { failed, Facts, keyOf, type FactOf, type Failed, type Need } from "#dsl/plan/facts.js";
import { growing, type GrowingRegistry } from "#dsl/registry.js";
import { isTune, withoutMagic } from "#dsl/syntax/cell.js";
import { format } from "#dsl/syntax/format.js";
import { parse } from "#dsl/syntax/parse.js";
import { plainSurroundings } from "../runs/surroundings.js";
import type { Finding } from "../wire/assistant-port.js";
import type { Completeness, Completion, Inspection, TuneKnowledge } from "./interpreter.js";

type Fact = FactOf<Need["about"]> | Failed;
/** A look at the world. What was seen is the same object as long as it looks the same: what hangs on it is still known. */
interface Looked {
  readonly need: Need;
  at: number;
  fact: Promise<Fact>;
  seen?: Fact;
}
const typed = "typed";
export const cheap: ReadonlySet<Need["about"]> = new Set(["table", "file", "machine"]);
/** Read, counted or downloaded only when a cell runs or a person asks. */
export const costly: ReadonlySet<Need["about"]> = new Set(["data", "base"]);
/** Milliseconds for which an answer is taken to hold: a person types faster than files change. */
const fresh = 3000;
/** Answers that are kept: more files and machines than a notebook names. */
const most = 100;

/**
 * Findings that may be gone once the cells above have run: in a notebook just opened, no name is defined and no model
 * trained. A name that is nearly one that exists is worth a word all the same.
 */
const untilRun: ReadonlySet<string> = new Set([
  "not-trained",
  "changed-since-trained",
  "unknown-reference",
  "known-after-run",
]);
export function waitsForOtherCells(d: Diagnostic): boolean {
  return d.code === "unknown-name" ? d.data.nearest === undefined : untilRun.has(d.code);
}

export class TuneAssistant {
  private earlier: readonly Source[] = [];
  private told = Facts.none;
  private readonly found = new Map<string, Looked>();
  private constructor(
    private readonly folder: string,
    readonly registry: GrowingRegistry,
    private readonly typescript: () => readonly string[],
    readonly verbs: readonly string[],
  ) {}
  /** Loads the vocabulary. `typescript` tells the names that TypeScript cells made. */
  static async open(folder: string, typescript: () => readonly string[]): Promise<TuneAssistant> {
    const { registry } = await import("#stdlib/registry.js");
    const verbs = registry.verbs().map((verb) => verb.name);
    return new TuneAssistant(folder, growing(registry), typescript, verbs);
  }

  owns(code: string): boolean {
    return isTune(code, this.verbs);
  }
  learn({ sources = this.earlier, facts, words = [] }: TuneKnowledge): void {
    this.earlier = sources;
    for (const word of words) this.registry.define(word);
    if (!facts) return;
    // A cell is told what it needs alone: what earlier ones were told of data and bases still holds.
    const kept = this.told.entries().filter(([key, fact]) => costly.has(needOf(key).about) && !failed(fact));
    this.told = factsFrom([...kept, ...facts]);
  }

  /** `whole`: nothing else will run before the text, so a name that is nowhere defined is a mistake. */
  async check(code: string, { whole = false } = {}): Promise<Finding[]> {
    return (await this.diagnose(code, whole)).map(findingOf);
  }
  /** The text with every certain mistake mended. */
  async fixed(code: string, { whole = false } = {}): Promise<string> {
    const { texts } = await applyFixes(new Map([[typed, code]]), (now) => this.diagnose(now.get(typed) ?? code, whole));
    return texts.get(typed) ?? code;
  }
  private async diagnose(code: string, whole: boolean): Promise<readonly Diagnostic[]> {
    const source = sourceOf(code);
    const { diagnostics } = await this.context(source);
    return diagnostics.filter((d) => d.span.source === typed && (whole || !waitsForOtherCells(d)));
  }
  /** Null where the text has mistakes of syntax. */
  format(code: string): string | null {
    if (parse(sourceOf(code), this.verbs).diagnostics.length > 0) return null;
    return format(code, this.verbs).replace(/\n$/, "");
  }
  async complete(code: string, offset: number): Promise<Completion> {
    const source = sourceOf(code);
    const { items, start, end } = complete(source.text, offset, await this.context(source));
    return { matches: items, start, end };
  }
  async inspect(code: string, offset: number): Promise<Inspection> {
    const source = sourceOf(code);
    const found = hover(source.text, offset, await this.context(source));
    if (!found) return { found: false, bundle: {} };
    const { start, end, markdown } = found;
    return { found: true, bundle: { "text/markdown": markdown, "text/plain": markdown }, start, end };
  }
  isComplete(code: string): Completeness {
    return isComplete(withoutMagic(code), this.verbs);
  }

  /** What the cells that ran have told. */
  world(): AssistContext {
    const outside = { ...nothingOutside, typescript: this.typescript() };
    return { registry: this.registry, earlier: this.earlier, facts: this.told, outside };
  }
  /** What the language's assistant is given for a cell: asks the compiler what it lacks until nothing cheap is missing. */
  private async context(source: Source): Promise<AssistContext & Pick<Compiled, "diagnostics">> {
    // What is learnt while an answer is awaited is for the next question.
    const { outside, earlier, facts: told } = this.world();
    let facts = factsFrom([...(await this.seen()).entries(), ...told.entries()]);
    for (;;) {
      const { needs, diagnostics } = compile([...earlier, source], this.registry, facts, "assist", outside);
      const missing = needs.filter((need) => cheap.has(need.about) && facts.get(need) === undefined);
      if (missing.length === 0) return { registry: this.registry, earlier, facts, outside, diagnostics };
      const answers = await Promise.all(missing.map((need) => this.look(need)));
      missing.forEach((need, i) => (facts = facts.with(need, answers[i] as Fact)));
    }
  }
  look(need: Need): Promise<Fact> {
    const key = keyOf(need);
    const known = this.found.get(key);
    if (known && Date.now() - known.at < fresh) return known.fact;
    const looked: Looked = known ?? { need, at: 0, fact: Promise.resolve({} as Fact) };
    const before = looked.seen;
    looked.at = Date.now();
    looked.fact = this.answer(need).then((fact) => {
      const same = before !== undefined && JSON.stringify(before) === JSON.stringify(fact);
      return (looked.seen = same ? before : fact);
    });
    this.found.set(key, looked);
    return looked.fact;
  }
  /**
   * What was seen of the world so far, looked at again where that is long ago. Names of files are typed letter by letter:
   * what wasn't there is forgotten, and all but the newest of what was.
   */
  private async seen(): Promise<Facts> {
    const old = [...this.found].filter(([, { at }]) => Date.now() - at >= fresh);
    for (const [key, { seen }] of old) if (!seen || "failed" in seen) this.found.delete(key);
    for (const [key] of [...this.found].slice(0, -most)) this.found.delete(key);
    await Promise.all([...this.found.values()].map(({ need }) => this.look(need)));
    return [...this.found.values()].reduce(
      (all, { need, seen }) => (seen === undefined ? all : all.with(need, seen)),
      Facts.none,
    );
  }
  private async answer(need: Need): Promise<Fact> {
    const { Workshop } = await import("../runs/workshop.js");
    try {
      return await new Workshop().answer(need, plainSurroundings(this.folder));
    } catch (error) {
      if (error instanceof CodedError) return { failed: { code: error.code, data: error.data } };
      throw error;
    }
  }
}

export function findingOf(d: Diagnostic): Finding {
  const { message, help } = wordsOf(d.code, d.data as never);
  const edits = d.fix?.edits.map((e) => ({ from: e.start, to: e.end, text: e.text }));
  return {
    ...{ from: d.span.start, to: d.span.end, severity: d.severity, code: d.code as string, message },
    ...(help !== undefined && { help }),
    ...(d.fix && edits && { fix: { title: d.fix.title, edits, certain: d.fix.certain } }),
  };
}

const needOf = (key: string): Need => JSON.parse(key) as Need;
export function factsFrom(entries: readonly (readonly [string, unknown])[]): Facts {
  return entries.reduce((all, [key, fact]) => all.with(needOf(key), fact as never), Facts.none);
}
function sourceOf(code: string): Source {
  return { id: typed, title: typed, text: withoutMagic(code) };
}

/**
 * Answers about Tune cells while they are typed, from the cells that ran before. What the language must know of the world
 * is looked up where that is cheap (a table's header, a used file); nothing is downloaded and no data set is read.
 */
import type { Diagnostic } from "#dsl/check/diagnostic.js";
import type { Source } from "#dsl/check/span.js";
import "#dsl/check/name-codes.js";
import { CodedError, wordsOf } from "#dsl/check/codes.js";
import { complete, type AssistContext } from "#dsl/assist/complete.js";
import { hover } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import { focusOf, readTrainings, type Cursor, type Placed, type Reading } from "#dsl/assist/trainings.js";
import { compile, nothingOutside } from "#dsl/compile.js";
import { failed, Facts, keyOf, type FactOf, type Failed, type Need } from "#dsl/plan/facts.js";
import { growing, type GrowingRegistry } from "#dsl/registry.js";
import { isTune, withoutMagic } from "#dsl/syntax/cell.js";
import { format } from "#dsl/syntax/format.js";
import { parse } from "#dsl/syntax/parse.js";
import { planView } from "../display/plan-view.js";
import { Lookout } from "../runs/lookout.js";
import { plainSurroundings } from "../runs/surroundings.js";
import type { AssistantMethods, Finding, NotebookText } from "../wire/assistant-port.js";
import type { Completeness, Completion, Inspection, TuneKnowledge } from "./interpreter.js";

type Fact = FactOf<Need["about"]> | Failed;
const typed = "typed";
const cheap: ReadonlySet<Need["about"]> = new Set(["table", "file", "machine"]);
/** Read, counted or downloaded only when a cell runs or a person asks. */
const costly: ReadonlySet<Need["about"]> = new Set(["data", "base"]);
/** Milliseconds for which an answer is taken to hold: a person types faster than files change. */
const fresh = 3000;

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
function waitsForOtherCells(d: Diagnostic): boolean {
  return d.code === "unknown-name" ? d.data.nearest === undefined : untilRun.has(d.code);
}

export class TuneAssistant {
  private earlier: readonly Source[] = [];
  private told = Facts.none;
  /** What was looked at on request, before the cell that needs it ran. */
  private measured = Facts.none;
  private readonly found = new Map<string, { readonly at: number; readonly fact: Promise<Fact> }>();
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

  /** The notebook as it is written: what the cursor is at as a plan, and what is wrong anywhere. */
  async plan({ cells, at, measure }: AssistantMethods["plan"]["params"]): Promise<AssistantMethods["plan"]["result"]> {
    const texts = cells.filter(({ code }) => this.owns(code));
    const sources = texts.map(({ id, code }): Source => ({ id, title: id, text: withoutMagic(code) }));
    const cursor = cursorIn(cells, texts, at);
    if (measure) await this.measure(sources, cursor);
    const reading = await this.read(sources);
    const findings = reading.diagnostics.flatMap((d) =>
      waitsForOtherCells(d) ? [] : [{ ...findingOf(d), cell: d.span.source }],
    );
    return { plan: planView(reading, focusOf(reading, cursor)), findings };
  }
  private async read(sources: readonly Source[], only?: Placed): Promise<Reading> {
    const outside = { ...nothingOutside, typescript: this.typescript() };
    let facts = factsFrom([...this.measured.entries(), ...this.told.entries()]);
    for (;;) {
      const context = { registry: this.registry, earlier: this.earlier, facts, outside };
      const reading = readTrainings(sources, context, only);
      const missing = [...reading.program.needs.values()].filter((n) => cheap.has(n.about) && facts.get(n) === undefined);
      if (missing.length === 0) return reading;
      const answers = await Promise.all(missing.map((need) => this.look(need)));
      missing.forEach((need, i) => (facts = facts.with(need, answers[i] as Fact)));
    }
  }
  /** Looks at what the training at the cursor needs, step by step: what is known of its base says how its data are counted. */
  private async measure(sources: readonly Source[], cursor: Cursor | null): Promise<void> {
    this.measured = factsFrom(this.measured.entries().filter(([, fact]) => !failed(fact)));
    const looking = new Lookout(this.folder);
    try {
      for (;;) {
        const focus = focusOf(await this.read(sources), cursor);
        if (!focus) return;
        const { program } = await this.read(sources, focus);
        const known = (need: Need): boolean => program.facts.get(need) !== undefined;
        const missing = [...program.needs.values()].filter((n) => costly.has(n.about) && !known(n) && !isLiveNeed(n));
        if (missing.length === 0) return;
        for (const need of missing) this.measured = this.measured.with(need, await looking.at(need));
      }
    } finally {
      await looking.end();
    }
  }

  /** `whole`: nothing else will run before the text, so a name that is nowhere defined is a mistake. */
  async check(code: string, { whole = false } = {}): Promise<Finding[]> {
    const source = sourceOf(code);
    const { registry, facts, outside } = await this.context(source);
    const { diagnostics } = compile([...this.earlier, source], registry, facts, "assist", outside);
    return diagnostics.flatMap((d) => {
      if (d.span.source !== typed || (!whole && waitsForOtherCells(d))) return [];
      return [findingOf(d)];
    });
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

  /** What the language's assistant is given for a cell: asks the compiler what it lacks until nothing cheap is missing. */
  private async context(source: Source): Promise<AssistContext> {
    const outside = { ...nothingOutside, typescript: this.typescript() };
    let facts = this.told;
    for (;;) {
      const { needs } = compile([...this.earlier, source], this.registry, facts, "assist", outside);
      const missing = needs.filter((need) => cheap.has(need.about) && facts.get(need) === undefined);
      if (missing.length === 0) return { registry: this.registry, earlier: this.earlier, facts, outside };
      const answers = await Promise.all(missing.map((need) => this.look(need)));
      missing.forEach((need, i) => (facts = facts.with(need, answers[i] as Fact)));
    }
  }
  private look(need: Need): Promise<Fact> {
    const key = keyOf(need);
    const known = this.found.get(key);
    if (known && Date.now() - known.at < fresh) return known.fact;
    const fact = this.answer(need);
    this.found.set(key, { at: Date.now(), fact });
    return fact;
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

function findingOf(d: Diagnostic): Finding {
  const { message, help } = wordsOf(d.code, d.data as never);
  const edits = d.fix?.edits.map((e) => ({ from: e.start, to: e.end, text: e.text }));
  return {
    ...{ from: d.span.start, to: d.span.end, severity: d.severity, code: d.code as string, message },
    ...(help !== undefined && { help }),
    ...(d.fix && edits && { fix: { title: d.fix.title, edits } }),
  };
}

const needOf = (key: string): Need => JSON.parse(key) as Need;
function factsFrom(entries: readonly (readonly [string, unknown])[]): Facts {
  return entries.reduce((all, [key, fact]) => all.with(needOf(key), fact as never), Facts.none);
}
/** A live table is where the cells run. */
function isLiveNeed(need: Need): boolean {
  return JSON.stringify(need).includes('"live":');
}
/** A cursor in a TypeScript cell counts as at the end of the last Tune cell before it. */
function cursorIn(cells: NotebookText["cells"], tune: NotebookText["cells"], at: NotebookText["at"]): Cursor | null {
  if (!at) return null;
  if (tune.some(({ id }) => id === at.cell)) return { source: at.cell, offset: at.offset };
  const turn = cells.findIndex(({ id }) => id === at.cell);
  const before = cells.slice(0, turn + 1).findLast((cell) => tune.includes(cell));
  return before ? { source: before.id, offset: before.code.length } : null;
}

function sourceOf(code: string): Source {
  return { id: typed, title: typed, text: withoutMagic(code) };
}

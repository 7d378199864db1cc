/**
 * Answers about Tune while it is typed, from the texts that ran before. What the language must know of the world is looked
 * up by whoever made the assistant, as far as it is worth that while typing.
 */
import { allowingFix } from "#dsl/assist/allowing.js";
import type { Diagnostic, Fix } from "#dsl/language/diagnostics/diagnostic.js";
import { applyFixes } from "#dsl/language/diagnostics/fixing.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { compileAnswered, type Answer, type Fact } from "#dsl/compiler/program/compile-with-facts.js";
import { wordsFor } from "#dsl/language/diagnostics/codes.js";
import { complete } from "#dsl/assist/complete.js";
import type { AssistContext } from "#dsl/assist/items.js";
import { hover } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import type { Compiled } from "#dsl/compiler/program/compile.js";
import { EarlierCells } from "#dsl/compiler/statement/earlier-cells.js";
import { nothingOutside } from "#dsl/compiler/plan/known-names.js";
import { failed, Facts, needOf, type Need } from "#dsl/language/types/facts.js";
import { growing, type GrowingRegistry, type Registry } from "#dsl/language/types/registry.js";
import { isTune, withoutMagic } from "#dsl/language/syntax/cell.js";
import { format } from "#dsl/language/syntax/format.js";
import { parse } from "#dsl/language/syntax/parse.js";
import type { Finding, Mend } from "./answers.js";
import type { Completeness, Completion, Inspection, TuneKnowledge } from "./answers.js";

const typed = "typed";
/** Answers of earlier cells that are kept: the newest. */
const most = 64;
/** Read, counted or downloaded only when a cell runs or a person asks. */
export const costly: ReadonlySet<Need["about"]> = new Set(["data", "base"]);

/** The world as an assistant may ask it. */
export interface Lookout {
  readonly answer: Answer;
  /** Whether a need is worth an answer while someone types. */
  readonly asks: (need: Need) => boolean;
  /** What was seen of the world and still holds: the same objects as before, so that what hangs on them is still known. */
  readonly seen?: () => Promise<Facts>;
  /** Names that are taken by the other language. */
  readonly typescript: () => readonly string[];
  /** What those names are, as TypeScript writes it. */
  readonly types?: () => Readonly<Record<string, string>>;
}

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
  readonly registry: GrowingRegistry;
  readonly verbs: readonly string[];
  private earlier: readonly Source[] = [];
  private told = Facts.none;
  private readonly kept = new EarlierCells();

  constructor(
    vocabulary: Registry,
    private readonly lookout: Lookout,
  ) {
    this.registry = growing(vocabulary);
    this.verbs = vocabulary.verbs().map((verb) => verb.name);
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
    this.told = factsFrom([...kept.slice(-most), ...facts]);
  }

  /** `whole`: nothing else will run before the text, so a name that is nowhere defined is a mistake. */
  async check(code: string, { whole = false } = {}): Promise<Finding[]> {
    const { text } = sourceOf(code);
    return (await this.diagnose(code, whole)).map((d): Finding => {
      const allow = allowingFix(text, d.span, d.code, this.verbs);
      return { ...findingOf(d), ...(allow && { allow: mendOf(allow) }) };
    });
  }
  /** What the language says to a line that begins with another tool's verb, `export router to "folder"`. */
  async foreign(line: string): Promise<string | undefined> {
    const word = /^\s*(\p{ID_Start}\p{ID_Continue}*)[ \t]+[\p{ID_Start}_$"]/u.exec(line)?.[1];
    const named = this.registry
      .verbs()
      .some(({ name, elsewhere = {} }) => name !== word && elsewhere[word ?? ""] === name);
    const found = named ? (await this.diagnose(line, false)).find(({ code }) => code === "unknown-verb") : undefined;
    return found && wordsFor(found).help;
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
    let context = await this.context(source);
    let found = complete(source.text, offset, context);
    for (const need of found.needs.filter(this.lookout.asks)) {
      context = { ...context, facts: context.facts.with(need, await this.lookout.answer(need)) };
      found = complete(source.text, offset, context);
    }
    const { items, start, end } = found;
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
    const { typescript, types } = this.lookout;
    const outside = { ...nothingOutside, typescript: typescript(), types: types?.() ?? {} };
    return { registry: this.registry, earlier: this.earlier, kept: this.kept, facts: this.told, outside };
  }
  /** Whether a need is worth an answer while someone types; and that answer. */
  asks(need: Need): boolean {
    return this.lookout.asks(need);
  }
  look(need: Need): Promise<Fact> {
    return this.lookout.answer(need);
  }
  /** What the language's assistant is given for a text: asks the compiler what it lacks until nothing is missing that is asked for. */
  private async context(source: Source): Promise<AssistContext & Pick<Compiled, "diagnostics">> {
    const { lookout, kept } = this;
    const { registry, earlier, outside, facts: told } = this.world();
    const known = (await lookout.seen?.()) ?? Facts.none;
    const { facts, diagnostics } = await compileAnswered([...earlier, source], {
      registry,
      outside,
      purpose: "assist",
      answer: lookout.answer,
      asks: lookout.asks,
      kept,
      facts: factsFrom([...known.entries(), ...told.entries()]),
    });
    return { registry, earlier, kept, facts, outside, diagnostics };
  }
}

/** A diagnostic as editors take it: words in place of its data. */
export function findingOf(d: Diagnostic): Finding {
  const { message, help } = wordsFor(d);
  return {
    from: d.span.start,
    to: d.span.end,
    severity: d.severity === "note" ? "info" : d.severity,
    code: d.code as string,
    message,
    ...(help !== undefined && { help }),
    ...(d.fix && { fix: mendOf(d.fix) }),
  };
}
function mendOf({ title, edits, certain }: Fix): Mend {
  return { title, certain, edits: edits.map(({ start, end, text }) => ({ from: start, to: end, text })) };
}

export function factsFrom(entries: readonly (readonly [string, unknown])[]): Facts {
  return Facts.none.withAll(entries.map(([key, fact]) => [needOf(key), fact as Fact]));
}
function sourceOf(code: string): Source {
  return { id: typed, title: typed, text: withoutMagic(code) };
}

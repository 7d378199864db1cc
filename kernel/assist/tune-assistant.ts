/**
 * Answers about Tune while it is typed, from the texts that ran before. What the language must know of the world is looked
 * up by whoever made the assistant, as far as it is worth that while typing.
 */
import { allowWarningFix } from "#dsl/assist/allowing.js";
import type { Diagnostic, Fix } from "#dsl/language/diagnostics/diagnostic.js";
import { applyFixes } from "#dsl/language/diagnostics/fixing.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { compileWithFacts, type FactLookup, type FactAnswer } from "#dsl/compiler/program/compile-with-facts.js";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { complete } from "#dsl/assist/complete.js";
import type { AssistContext } from "#dsl/assist/items.js";
import { hoverAt } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import type { CompileResult } from "#dsl/compiler/program/compile.js";
import { EarlierCellsCache } from "#dsl/compiler/statement/earlier-cells.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { isFailed, Facts, needFromKey, type Need } from "#dsl/language/types/facts.js";
import { growingRegistry, type GrowingRegistry, type Registry } from "#dsl/language/types/registry.js";
import { isTune, withoutMagic } from "#dsl/language/syntax/cell.js";
import { formatSource } from "#dsl/language/syntax/format.js";
import { parse } from "#dsl/language/syntax/parse.js";
import type { EditorFinding, QuickFix } from "./answers.js";
import type { Completeness, Completion, Inspection, TuneKnowledge } from "./answers.js";

const typed = "typed";
/** Answers of earlier cells that are kept: the newest. */
const most = 64;
/** Read, counted or downloaded only when a cell runs or a person asks. */
export const costlyNeeds: ReadonlySet<Need["about"]> = new Set(["data", "base"]);

/** The world as an assistant may ask it. */
export interface AssistantHost {
  readonly answer: FactLookup;
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
export function dependsOnOtherCells(d: Diagnostic): boolean {
  return d.code === "unknown-name" ? d.data.nearest === undefined : untilRun.has(d.code);
}

export class TuneAssistant {
  readonly registry: GrowingRegistry;
  readonly verbs: readonly string[];
  private earlier: readonly Source[] = [];
  private knownFacts = Facts.none;
  private readonly earlierCells = new EarlierCellsCache();

  constructor(
    vocabulary: Registry,
    private readonly lookout: AssistantHost,
  ) {
    this.registry = growingRegistry(vocabulary);
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
    const costlyFacts = this.knownFacts
      .entries()
      .filter(([key, fact]) => costlyNeeds.has(needFromKey(key).about) && !isFailed(fact));
    this.knownFacts = factsFrom([...costlyFacts.slice(-most), ...facts]);
  }

  /** `whole`: nothing else will run before the text, so a name that is nowhere defined is a mistake. */
  async check(code: string, { whole = false } = {}): Promise<EditorFinding[]> {
    const { text } = sourceOf(code);
    return (await this.diagnose(code, whole)).map((d): EditorFinding => {
      const allow = allowWarningFix(text, d.span, d.code, this.verbs);
      return { ...editorFindingOf(d), ...(allow && { allow: mendOf(allow) }) };
    });
  }
  /** What the language says to a line that begins with another tool's verb, `export router to "folder"`. */
  async foreign(line: string): Promise<string | undefined> {
    const word = /^\s*(\p{ID_Start}\p{ID_Continue}*)[ \t]+[\p{ID_Start}_$"]/u.exec(line)?.[1];
    const named = this.registry
      .verbs()
      .some(({ name, elsewhere = {} }) => name !== word && elsewhere[word ?? ""] === name);
    const found = named ? (await this.diagnose(line, false)).find(({ code }) => code === "unknown-verb") : undefined;
    return found && diagnosticText(found).help;
  }
  /** The text with every certain mistake mended. */
  async fixed(code: string, { whole = false } = {}): Promise<string> {
    const { texts } = await applyFixes(new Map([[typed, code]]), (now) => this.diagnose(now.get(typed) ?? code, whole));
    return texts.get(typed) ?? code;
  }
  private async diagnose(code: string, whole: boolean): Promise<readonly Diagnostic[]> {
    const source = sourceOf(code);
    const { diagnostics } = await this.context(source);
    return diagnostics.filter((d) => d.span.source === typed && (whole || !dependsOnOtherCells(d)));
  }
  /** Null where the text has mistakes of syntax. */
  format(code: string): string | null {
    if (parse(sourceOf(code), this.verbs).diagnostics.length > 0) return null;
    return formatSource(code, this.verbs).replace(/\n$/, "");
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
    const found = hoverAt(source.text, offset, await this.context(source));
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
    const outside = { ...emptyEnvironment, typescript: typescript(), types: types?.() ?? {} };
    return {
      registry: this.registry,
      earlier: this.earlier,
      cellCache: this.earlierCells,
      facts: this.knownFacts,
      outside,
    };
  }
  /** Whether a need is worth an answer while someone types; and that answer. */
  asks(need: Need): boolean {
    return this.lookout.asks(need);
  }
  look(need: Need): Promise<FactAnswer> {
    return this.lookout.answer(need);
  }
  /** What the language's assistant is given for a text: asks the compiler what it lacks until nothing is missing that is asked for. */
  private async context(source: Source): Promise<AssistContext & Pick<CompileResult, "diagnostics">> {
    const { lookout, earlierCells } = this;
    const { registry, earlier, outside, facts: worldFacts } = this.world();
    const known = (await lookout.seen?.()) ?? Facts.none;
    const { facts, diagnostics } = await compileWithFacts([...earlier, source], {
      registry,
      outside,
      purpose: "assist",
      answer: lookout.answer,
      asks: lookout.asks,
      cellCache: earlierCells,
      facts: factsFrom([...known.entries(), ...worldFacts.entries()]),
    });
    return { registry, earlier, cellCache: earlierCells, facts, outside, diagnostics };
  }
}

/** A diagnostic as editors take it: words in place of its data. */
export function editorFindingOf(d: Diagnostic): EditorFinding {
  const { message, help } = diagnosticText(d);
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
function mendOf({ title, edits, certain }: Fix): QuickFix {
  return { title, certain, edits: edits.map(({ start, end, text }) => ({ from: start, to: end, text })) };
}

export function factsFrom(entries: readonly (readonly [string, unknown])[]): Facts {
  return Facts.none.withAll(entries.map(([key, fact]) => [needFromKey(key), fact as FactAnswer]));
}
function sourceOf(code: string): Source {
  return { id: typed, title: typed, text: withoutMagic(code) };
}

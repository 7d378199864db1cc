/**
 * Answers about Tune being typed, based on the cells that ran before. External facts are looked up by the assistant's
 * host, if that is cheap enough during typing.
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
import { isFailedFact, Facts, needFromKey, type Need } from "#dsl/language/types/facts.js";
import { makeExtensibleRegistry, type ExtensibleRegistry, type Registry } from "#dsl/language/types/registry.js";
import { isTuneCell, withoutMagic } from "#dsl/language/syntax/cell.js";
import { formatSource } from "#dsl/language/syntax/format.js";
import { parse } from "#dsl/language/syntax/parse.js";
import type { EditorFinding, QuickFix } from "./answers.js";
import type { CodeCompletenessReply, CompletionReply, InspectionReply, EarlierTuneCellsFacts } from "./answers.js";

const typed = "typed";
/** Maximum stored facts of earlier cells; the oldest are dropped. */
const most = 64;
/** Facts that are read, counted or downloaded only when a cell runs or a user asks. */
export const costlyFactKinds: ReadonlySet<Need["about"]> = new Set(["data", "base"]);

/** External look-ups available to an assistant. */
export interface AssistantFactLookups {
  readonly answer: FactLookup;
  /** Reports whether a need is worth a look-up during typing. */
  readonly asks: (need: Need) => boolean;
  /** Facts that are still valid: the same objects as before, so that results derived from them stay cached. */
  readonly seen?: () => Promise<Facts>;
  /** Names used by the other language. */
  readonly typescript: () => readonly string[];
  /** Types of those names, in TypeScript. */
  readonly types?: () => Readonly<Record<string, string>>;
}

/**
 * Diagnostics that may disappear once the cells above have run: in a newly opened notebook, no name is defined and no
 * model trained. A name close to an existing one is still reported.
 */
const untilRun: ReadonlySet<string> = new Set([
  "not-trained",
  "changed-since-trained",
  "unknown-reference",
  "known-after-run",
]);
export function isCrossCellDiagnostic(d: Diagnostic): boolean {
  return d.code === "unknown-name" ? d.data.nearest === undefined : untilRun.has(d.code);
}

export class TuneAssistant {
  readonly registry: ExtensibleRegistry;
  readonly verbs: readonly string[];
  private earlier: readonly Source[] = [];
  private knownFacts = Facts.none;
  private readonly earlierCells = new EarlierCellsCache();

  constructor(
    vocabulary: Registry,
    private readonly lookout: AssistantFactLookups,
  ) {
    this.registry = makeExtensibleRegistry(vocabulary);
    this.verbs = vocabulary.verbs().map((verb) => verb.name);
  }

  owns(code: string): boolean {
    return isTuneCell(code, this.verbs);
  }
  learn({ sources = this.earlier, facts, words = [] }: EarlierTuneCellsFacts): void {
    this.earlier = sources;
    for (const word of words) this.registry.define(word);
    if (!facts) return;
    // A cell gets only the facts it needs itself; earlier facts about data and bases remain valid.
    const costlyFacts = this.knownFacts
      .entries()
      .filter(([key, fact]) => costlyFactKinds.has(needFromKey(key).about) && !isFailedFact(fact));
    this.knownFacts = factsFromEntries([...costlyFacts.slice(-most), ...facts]);
  }

  /** `whole`: nothing else will run before the text, so an undefined name is an error. */
  async check(code: string, { whole = false } = {}): Promise<EditorFinding[]> {
    const { text } = sourceOf(code);
    return (await this.diagnose(code, whole)).map((d): EditorFinding => {
      const allow = allowWarningFix(text, d.span, d.code, this.verbs);
      return { ...editorFindingOf(d), ...(allow && { allow: mendOf(allow) }) };
    });
  }
  /** Returns the help for a line that begins with another tool's verb, `export router to "folder"`. */
  async foreign(line: string): Promise<string | undefined> {
    const word = /^\s*(\p{ID_Start}\p{ID_Continue}*)[ \t]+[\p{ID_Start}_$"]/u.exec(line)?.[1];
    const named = this.registry
      .verbs()
      .some(({ name, elsewhere = {} }) => name !== word && elsewhere[word ?? ""] === name);
    const found = named ? (await this.diagnose(line, false)).find(({ code }) => code === "unknown-verb") : undefined;
    return found && diagnosticText(found).help;
  }
  /** Returns the text with every certain fix applied. */
  async fixed(code: string, { whole = false } = {}): Promise<string> {
    const { texts } = await applyFixes(new Map([[typed, code]]), (now) => this.diagnose(now.get(typed) ?? code, whole));
    return texts.get(typed) ?? code;
  }
  private async diagnose(code: string, whole: boolean): Promise<readonly Diagnostic[]> {
    const source = sourceOf(code);
    const { diagnostics } = await this.context(source);
    return diagnostics.filter((d) => d.span.source === typed && (whole || !isCrossCellDiagnostic(d)));
  }
  /** Returns null if the text has syntax errors. */
  format(code: string): string | null {
    if (parse(sourceOf(code), this.verbs).diagnostics.length > 0) return null;
    return formatSource(code, this.verbs).replace(/\n$/, "");
  }
  async complete(code: string, offset: number): Promise<CompletionReply> {
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
  async inspect(code: string, offset: number): Promise<InspectionReply> {
    const source = sourceOf(code);
    const found = hoverAt(source.text, offset, await this.context(source));
    if (!found) return { found: false, bundle: {} };
    const { start, end, markdown } = found;
    return { found: true, bundle: { "text/markdown": markdown, "text/plain": markdown }, start, end };
  }
  isComplete(code: string): CodeCompletenessReply {
    return isComplete(withoutMagic(code), this.verbs);
  }

  /** Facts from the cells that ran. */
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
  /** Whether a need is worth a look-up during typing; and that look-up. */
  asks(need: Need): boolean {
    return this.lookout.asks(need);
  }
  look(need: Need): Promise<FactAnswer> {
    return this.lookout.answer(need);
  }
  /** Builds the context for a text: asks the compiler for its needs until none that should be answered is missing. */
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
      facts: factsFromEntries([...known.entries(), ...worldFacts.entries()]),
    });
    return { registry, earlier, cellCache: earlierCells, facts, outside, diagnostics };
  }
}

/** Converts a diagnostic for editors: text instead of its data. */
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

export function factsFromEntries(entries: readonly (readonly [string, unknown])[]): Facts {
  return Facts.none.withAll(entries.map(([key, fact]) => [needFromKey(key), fact as FactAnswer]));
}
function sourceOf(code: string): Source {
  return { id: typed, title: typed, text: withoutMagic(code) };
}

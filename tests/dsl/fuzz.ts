/**
 * Damages programs and checks that the language copes: no exception, no hang, every span inside the text, every fix
 * appliable, every rendering made, the formatter idempotent and true to the tree; completion, hover, signature and
 * names answer anywhere. `npm run fuzz` does 100,000 edits; the tests do fewer.
 */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { complete } from "#dsl/assist/complete.js";
import type { AssistContext } from "#dsl/assist/items.js";
import { hoverAt } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import { findNameDefinition, nameOccurrencesIn, symbolsIn } from "#dsl/assist/occurrences.js";
import { signatureAt } from "#dsl/assist/signature.js";
import { textsOfCode, type Code } from "#dsl/language/diagnostics/codes.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/language/diagnostics/render-html.js";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";
import { compile } from "#dsl/compiler/program/compile.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { formatSource } from "#dsl/language/syntax/format.js";
import { parse } from "#dsl/language/syntax/parse.js";
import { lex } from "#dsl/language/syntax/tokens.js";
import { registry } from "#stdlib/registry.js";
import type { FuzzRun } from "../fuzzing.js";
import { beyond, built } from "./programs.js";
import { compiled, definitions } from "./world.js";

export interface Trouble {
  readonly what: string;
  readonly text: string;
}
export interface FuzzOptions {
  readonly edits: number;
  readonly seed: number;
  /** Maximum CPU time in milliseconds for all requests about one text. */
  readonly patience?: number;
  /** Programs to start from. */
  readonly corpus?: readonly string[];
  readonly onProgress?: (done: number) => void;
}

const verbs = registry.verbs().map((v) => v.name);
export const corpus: readonly string[] = [...Object.values(built), ...beyond, ...registry.words.map((w) => w.example)];
const pieces = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ":",
  ",",
  ".",
  "..",
  "$",
  "\n",
  '"',
  '"""',
  "'",
  "=",
  ";",
  "#",
  "//",
  "/*",
  "*/",
];
const words = [
  "data",
  "model",
  "like",
  "on",
  "technique",
  "lora",
  "80%",
  "1e-3",
  "-1",
  "true",
  "none",
  "csv",
  "$x",
  "“",
  "−",
  "\\",
];

/** Returns the problems found, each with the text that shows it. */
export function fuzz(o: FuzzOptions): readonly Trouble[] {
  const random = xoroshiro128plus(o.seed);
  const below = (n: number): number => (n <= 1 ? 0 : uniformInt(random, 0, n - 1));
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const texts = o.corpus ?? corpus;
  const context = knownContext();
  const troubles: Trouble[] = [];
  for (let done = 0; done < o.edits;) {
    let text = one(texts);
    for (let more = 1 + below(4); more > 0 && done < o.edits; more--, done++) {
      text = edited(text, below, one);
      const begun = process.cpuUsage();
      try {
        const wrong = look(text, below(text.length + 1), context);
        if (wrong !== undefined) troubles.push({ what: wrong, text });
      } catch (error) {
        troubles.push({ what: error instanceof Error ? (error.stack ?? error.message) : String(error), text });
      }
      const { user, system } = process.cpuUsage(begun);
      const took = (user + system) / 1000;
      if (took > (o.patience ?? 1000)) troubles.push({ what: `took ${took.toFixed(0)} ms`, text });
    }
    o.onProgress?.(done);
    if (troubles.length >= 20) break;
  }
  return troubles;
}

/** Generates programs with one to four damages each. */
export function damaged(o: {
  readonly corpus: readonly string[];
  readonly count: number;
  readonly seed: number;
}): string[] {
  const random = xoroshiro128plus(o.seed);
  const below = (n: number): number => (n <= 1 ? 0 : uniformInt(random, 0, n - 1));
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  return Array.from({ length: o.count }, () => {
    let text = one(o.corpus);
    for (let more = 1 + below(4); more > 0; more--) text = edited(text, below, one);
    return text;
  });
}

function edited(text: string, below: (n: number) => number, one: <T>(list: readonly T[]) => T): string {
  const at = below(text.length + 1);
  const { tokens } = lex(text);
  const token = tokens[below(tokens.length)];
  switch (below(9)) {
    case 0:
      return text.slice(0, at) + one(pieces) + text.slice(at);
    case 1:
      return text.slice(0, at) + ` ${one(words)} ` + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + below(8));
    case 3:
      return token ? text.slice(0, token.startOffset) + text.slice(token.startOffset + token.image.length) : text;
    case 4:
      return token
        ? text.slice(0, token.startOffset) +
            one([...pieces, ...words]) +
            text.slice(token.startOffset + token.image.length)
        : text;
    case 5: {
      const lines = text.split("\n");
      const from = below(lines.length);
      const [line = ""] = lines.splice(from, 1);
      lines.splice(below(lines.length + 1), 0, line);
      return lines.join("\n");
    }
    case 6:
      return text.slice(0, at) + String.fromCharCode(below(2) === 0 ? below(256) : below(0x10000)) + text.slice(at);
    case 7:
      return text.slice(0, at);
    default: {
      const other = one(corpus);
      const from = below(other.length);
      return text.slice(0, at) + other.slice(from, from + below(40)) + text.slice(at);
    }
  }
}

/** Returns the first problem in the language's answers about a text; undefined if there is none. */
function look(text: string, offset: number, context: AssistContext): string | undefined {
  const source = { id: "fuzz", title: "fuzz", text };
  const sources = [...context.earlier, source];
  for (const purpose of ["assist", "run"] as const) {
    const { diagnostics, actions } = compile(sources, registry, context.facts, purpose, emptyEnvironment);
    for (const d of diagnostics) {
      if (d.span.source !== source.id) return `${d.code} stands in ${d.span.source}`;
      if (d.span.start < 0 || d.span.end > text.length || d.span.start > d.span.end)
        return `${d.code} stands at ${d.span.start}–${d.span.end} of ${text.length}`;
      const { message } = textsOfCode(d.code as Code, d.data as never);
      if (message === "" || /undefined|\[object|NaN/.test(message)) return `${d.code} says "${message}"`;
      for (const e of d.fix?.edits ?? [])
        if (e.start < 0 || e.end > text.length || e.start > e.end) return `the fix of ${d.code} lies outside`;
    }
    if (actions && diagnostics.some((d) => d.severity === "error")) return "acts with errors";
    renderAnsi(diagnostics, sources, { color: false });
    renderHtml(diagnostics, sources);
    diagnosticsToJson(diagnostics, sources);
  }
  const once = formatSource(text, verbs);
  if (formatSource(once, verbs) !== once) return `the format of the format differs: ${JSON.stringify(once)}`;
  if (shape(once) !== shape(text)) return `the format has another tree: ${JSON.stringify(once)}`;
  const { start, end } = complete(text, offset, context);
  if (start > offset || end !== offset) return "completion replaces another place";
  const page = hoverAt(text, offset, context);
  if (page && (page.start < 0 || page.end > text.length)) return "hover stands outside";
  signatureAt(text, offset, registry);
  isComplete(text, verbs);
  for (const occurrence of nameOccurrencesIn(source, registry)) {
    if (occurrence.span.end > text.length) return "a name stands outside";
    findNameDefinition(occurrence, sources, registry);
  }
  symbolsIn(source, registry);
  return undefined;
}

const shape = (text: string): string =>
  JSON.stringify(parse({ id: "s", title: "s", text }, verbs).tree, (key, value: unknown) =>
    key === "span" ? undefined : value,
  );

function knownContext(): AssistContext {
  const run = compiled([`${definitions}recipe quick { epochs: 1 }\ntrain m on d with quick`]);
  return { registry, earlier: run.sources, facts: run.facts, outside: emptyEnvironment };
}

export const run: FuzzRun = ({ count, seed, progress }) => {
  let told = 0;
  const onProgress = (done: number): void => {
    if (done - told < 10_000) return;
    told = done;
    progress(`${done.toLocaleString("en-US")} edits`);
  };
  return fuzz({ edits: count, seed, onProgress }).map(({ what, text }) => `${what}\nin ${JSON.stringify(text)}`);
};

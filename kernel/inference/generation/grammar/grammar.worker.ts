/**
 * The thread of one grammar: XGrammar's WebAssembly, which ends itself on what it doesn't understand, so that nothing but this
 * grammar ends with it. Texts over it are told apart by number.
 */
import { registerCodes } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { createRequire } from "node:module";
import { setPriority } from "node:os";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type * as Library from "@mlc-ai/web-xgrammar";
import { must } from "#dsl/language/diagnostics/must.js";
import {
  FAILED_STATE,
  MASK_CELL,
  STATE_CELL,
  type GrammarWorkerInput,
  type GrammarReadiness,
  type GrammarStartupReport,
  type GrammarCommand,
} from "./protocol.js";

registerCodes(internalCodes);

const port = must(parentPort, "a thread's port");
const { vocabulary, rules } = workerData as GrammarWorkerInput;
/** The library's last words before it ends itself. */
let words = "";
const note = (...logged: readonly unknown[]): void => void (words = logged.map(String).join(" "));
console.error = note;
console.warn = note;
console.log = note;

interface Text {
  readonly matcher: Library.GrammarMatcher;
  readonly cells: Int32Array;
  accepted: number;
}
const texts = new Map<number, Text>();

/** Nice values: of a thread at first, and of one whose grammar takes longer than `SLOW` ms to say what may come next. */
const NICE = { first: 5, slow: 19 } as const;
const SLOW = 20;

let nice = 0;
lower(NICE.first);
const first = await begun();
port.postMessage("grammar" in first ? ({ ready: true } satisfies GrammarReadiness) : first);
if ("grammar" in first) {
  const { library, grammar } = first;
  // One after the other, as they came: some of the library's answers are promises.
  let before = Promise.resolve();
  port.on("message", (command: GrammarCommand) => void (before = before.then(() => obey(command, library, grammar))));
}

async function begun(): Promise<
  | { readonly library: typeof Library; readonly grammar: Library.CompiledGrammar }
  | { readonly why: string; readonly refused: boolean }
> {
  try {
    const library = await load();
    const end = vocabulary.length - 1;
    const info = await library.TokenizerInfo.createTokenizerInfo(
      [...vocabulary],
      "byte_level",
      false,
      vocabulary.length,
      [end],
    );
    const compiler = await library.GrammarCompiler.createGrammarCompiler(info);
    port.postMessage({ compiles: true } satisfies GrammarStartupReport);
    return { library, grammar: await compiler.compileGrammar(rules) };
  } catch (error) {
    const reason = reasonIn(words);
    const why = reason ?? (error instanceof Error ? error.message : String(error));
    // It ends itself on what it doesn't understand, with words or without.
    return { why, refused: reason !== null || why.startsWith("Aborted()") };
  }
}

/** The package is a script that calls itself a module: it finds here what scripts find, and leaves itself where it is found. */
async function load(): Promise<typeof Library> {
  const require = createRequire(import.meta.url);
  const file = require.resolve("@mlc-ai/web-xgrammar");
  const here = globalThis as Record<string, unknown>;
  Object.assign(here, { require, __filename: file, __dirname: dirname(file) });
  await import("@mlc-ai/web-xgrammar");
  return here["xgrammar"] as typeof Library;
}

async function obey(command: GrammarCommand, library: typeof Library, grammar: Library.CompiledGrammar): Promise<void> {
  const known = texts.get(command.text);
  try {
    if (command.is === "begin") {
      const matcher = await library.GrammarMatcher.createGrammarMatcher(grammar);
      const text = { matcher, cells: new Int32Array(command.cells), accepted: 0 };
      texts.set(command.text, text);
      await tell(text);
    } else if (command.is === "end") {
      texts.delete(command.text);
      known?.matcher.dispose();
    } else if (known) {
      if (!known.matcher.acceptToken(command.token)) throw new Error("a token came that the grammar doesn't allow");
      known.accepted++;
      await tell(known);
    }
  } catch {
    // Nothing of the library can be trusted after it ended itself.
    for (const { cells } of texts.values()) say(cells, FAILED_STATE);
  }
}

async function tell({ matcher, cells, accepted }: Text): Promise<void> {
  const began = performance.now();
  cells.set(await matcher.getNextTokenBitmask(), MASK_CELL);
  say(cells, accepted + 1);
  if (performance.now() - began > SLOW) lower(NICE.slow);
}

/**
 * Lets models, requests and quicker grammars go first. On Linux each thread has a priority of its own; elsewhere this would
 * lower that of the process.
 */
function lower(to: number): void {
  if (process.platform !== "linux" || to <= nice) return;
  try {
    setPriority(to);
    nice = to;
  } catch {
    // A sandbox may forbid it.
  }
}
function say(cells: Int32Array, state: number): void {
  Atomics.store(cells, STATE_CELL, state);
  Atomics.notify(cells, STATE_CELL);
}

/** `[FATAL] /a/b.cc:12: Regex parsing error …`: what follows the place, in one line, without the schema that may follow. */
function reasonIn(message: string): string | null {
  const fatal = /\[FATAL\] [^ ]+: (?:Check failed: \(.*?\) is false: )?([^\n]*)/.exec(message);
  return fatal ? fatal[1]!.slice(0, 160) : null;
}

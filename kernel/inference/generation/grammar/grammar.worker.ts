/**
 * The thread of one grammar. It runs XGrammar's WebAssembly, which aborts on input that it does not understand, so that
 * only this grammar is lost. Texts are identified by number.
 */
import { registerCodes, mustExist } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { createRequire } from "node:module";
import { setPriority } from "node:os";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type * as Library from "@mlc-ai/web-xgrammar";
import {
  FAILED_STATE,
  FIRST_MASK_CELL,
  STATE_CELL_INDEX,
  type GrammarWorkerInput,
  type GrammarReadiness,
  type GrammarStartupReport,
  type GrammarCommand,
} from "./protocol.js";

registerCodes(internalCodes);

const port = mustExist(parentPort, "a thread's port");
const { vocabulary, rules } = workerData as GrammarWorkerInput;
/** The library's last messages before it aborted. */
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

/**
 * Nice values: the initial one, and the one for a grammar that takes longer than `SLOW` ms to compute the next mask.
 */
const NICE = { first: 5, slow: 19 } as const;
const SLOW = 20;

let nice = 0;
lower(NICE.first);
const first = await begun();
port.postMessage("grammar" in first ? ({ ready: true } satisfies GrammarReadiness) : first);
if ("grammar" in first) {
  const { library, grammar } = first;
  // Commands run one after the other, in order, because some library calls are asynchronous.
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
    // The library aborts on input that it does not understand, with or without a message.
    return { why, refused: reason !== null || why.startsWith("Aborted()") };
  }
}

/**
 * The package is a script that declares itself a module: it expects the globals of a script, and exports itself as a
 * global.
 */
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
    // The library's state cannot be trusted after it aborted.
    for (const { cells } of texts.values()) say(cells, FAILED_STATE);
  }
}

async function tell({ matcher, cells, accepted }: Text): Promise<void> {
  const began = performance.now();
  cells.set(await matcher.getNextTokenBitmask(), FIRST_MASK_CELL);
  say(cells, accepted + 1);
  if (performance.now() - began > SLOW) lower(NICE.slow);
}

/**
 * Gives models, requests and faster grammars priority. Only on Linux, where each thread has its own priority; on other
 * systems this would lower that of the process.
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
  Atomics.store(cells, STATE_CELL_INDEX, state);
  Atomics.notify(cells, STATE_CELL_INDEX);
}

/**
 * Extracts the reason from `[FATAL] /a/b.cc:12: Regex parsing error …`, in one line, without a schema that may follow.
 */
function reasonIn(message: string): string | null {
  const fatal = /\[FATAL\] [^ ]+: (?:Check failed: \(.*?\) is false: )?([^\n]*)/.exec(message);
  return fatal ? fatal[1]!.slice(0, 160) : null;
}

/**
 * Changes that the interpreter makes to the process while it exists: output routing, cell tracking in timers and
 * promises, the text of stacks and functions, and uncaught errors. `prepareProcess` counts its users, so that several
 * interpreters (tests) share one set of changes.
 */
import { failureText } from "./traceback.js";
import { trackCellsThroughTimers } from "./background.js";
import { installGlobals } from "./globals.js";
import {
  CellInterrupted,
  currentCellRun,
  trackCellsThroughPromises,
  likelyCellRun,
  cellRunOfPromise,
  type CellRun,
  runningCellRun,
} from "./scope.js";
import { mapStackTraces } from "./stack.js";
import { StringDecoder } from "node:string_decoder";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** Routes a cell's standard output and standard error to that cell; other output goes where it went before. */
type Write = typeof process.stdout.write;

/** Routes `process.stdout`, `process.stderr` and the console; returns a function that undoes it. */
export function routeOutputToCells(): () => void {
  const undo = [follow("stdout"), follow("stderr"), followClear(), followExit()];
  return () => {
    for (const f of undo) f();
  };
}

function follow(name: "stdout" | "stderr"): () => void {
  const stream = process[name];
  const native = stream.write;
  const decoders = new WeakMap<CellRun, StringDecoder>();
  const write = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    const scope = currentCellRun() ?? runningCellRun();
    if (!scope) return (native as (...args: unknown[]) => boolean).call(stream, chunk, encoding, done);
    if (!scope.dead) scope.output.stream(name, chunkText(chunk, encoding, scope));
    const callback = typeof encoding === "function" ? encoding : done;
    if (typeof callback === "function") queueMicrotask(() => void (callback as () => void)());
    return true;
  };
  const chunkText = (chunk: unknown, encoding: unknown, scope: CellRun): string => {
    if (typeof chunk === "string")
      return typeof encoding === "string" && /^(hex|base64|base64url|latin1|binary)$/.test(encoding)
        ? Buffer.from(chunk, encoding as BufferEncoding).toString()
        : chunk;
    if (!(chunk instanceof Uint8Array)) throw new TypeError(`process.${name}.write takes a string or bytes`);
    let decoder = decoders.get(scope);
    if (!decoder) decoders.set(scope, (decoder = new StringDecoder("utf8")));
    return decoder.write(Buffer.from(chunk));
  };
  stream.write = write as Write;
  const tty = Object.getOwnPropertyDescriptor(stream, "isTTY");
  Object.defineProperty(stream, "isTTY", { value: false, configurable: true, writable: true });
  return () => {
    if (stream.write === (write as Write)) stream.write = native;
    if (tty) Object.defineProperty(stream, "isTTY", tty);
    else Reflect.deleteProperty(stream, "isTTY");
  };
}

/** `console.clear()` clears the cell's output. */
function followClear(): () => void {
  const native = console.clear;
  console.clear = () => {
    const scope = likelyCellRun();
    if (scope) scope.output.clear(false);
    else native.call(console);
  };
  return () => void (console.clear = native);
}

function followExit(): () => void {
  const { exit, abort } = process;
  const refuse = (status: unknown): void => {
    if (currentCellRun()) throw new CodedError("exit-in-cell", { status: status === undefined ? "" : String(status) });
  };
  process.exit = ((status?: number) => {
    refuse(status);
    return exit.call(process, status);
  }) as typeof process.exit;
  process.abort = (() => {
    refuse("");
    return abort.call(process);
  }) as typeof process.abort;
  return () => Object.assign(process, { exit, abort });
}

/**
 * Returns a function's text as its author wrote it. The rewriting (compile/rewrite.ts) leaves marks in the text, which
 * libraries that read a function's source must not see. arquero does so to compile an expression over columns.
 */
const marks: readonly (readonly [RegExp, string])[] = [
  [/\(0, __names\.([\p{ID_Continue}$]+)\)/gu, "$1"],
  [/\b__names\.(?=[\p{ID_Start}_$])/gu, ""],
  [/\b__tick\(\) \|\| /g, ""],
  [/[ \t]*\b__tick\(\);\n?/g, ""],
  [/\b__(?:guard|each)\(/g, "("],
  [/\b__load\(/g, "import("],
  [/\b__meta\b/g, "import.meta"],
];

export function sourceAsWritten(text: string): string {
  if (!text.includes("__")) return text;
  return marks.reduce((t, [mark, plain]) => t.replace(mark, plain), text);
}

/** Makes `Function.prototype.toString` return `written`; returns a function that undoes it. */
export function showFunctionsAsWritten(): () => void {
  const native = Function.prototype.toString;
  const replaced = function toString(this: unknown): string {
    return sourceAsWritten(native.call(this));
  };
  Object.defineProperty(Function.prototype, "toString", {
    value: replaced,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return () => {
    if (Function.prototype.toString === replaced)
      Object.defineProperty(Function.prototype, "toString", {
        value: native,
        writable: true,
        configurable: true,
        enumerable: false,
      });
  };
}

let users = 0;
let undo: (() => void)[] = [];

/** Applies the changes; the returned function reverts them. */
export function prepareProcess(): () => void {
  if (users++ === 0)
    undo = [
      trackCellsThroughPromises(),
      trackCellsThroughTimers((error, scope) => report("Uncaught error", error, scope)),
      routeOutputToCells(),
      mapStackTraces(),
      showFunctionsAsWritten(),
      installGlobals(),
      followErrors(),
      dropLoaderWarning(),
    ];
  let given = false;
  return () => {
    if (given) return;
    given = true;
    if (--users > 0) return;
    for (const f of undo.reverse()) f();
    undo = [];
  };
}

/** Shows an error in the cell that it belongs to. */
function report(what: string, error: unknown, scope: CellRun | undefined): void {
  const text = failureText(error);
  if (scope?.dead) return;
  if (scope) scope.output.stream("stderr", `${what} in ${scope.title}:\n${text}\n`);
  else process.stderr.write(`${what}:\n${text}\n`);
}

function followErrors(): () => void {
  const rejected = (error: unknown, promise: Promise<unknown>): void => {
    if (error instanceof CellInterrupted) return;
    report("Unhandled rejection", error, cellRunOfPromise(promise) ?? likelyCellRun());
  };
  const uncaught = (error: unknown): void => {
    if (error instanceof CellInterrupted) return;
    report("Uncaught error", error, currentCellRun() ?? likelyCellRun());
  };
  process.on("unhandledRejection", rejected);
  process.on("uncaughtException", uncaught);
  return () => {
    process.off("unhandledRejection", rejected);
    process.off("uncaughtException", uncaught);
  };
}

/**
 * imports.ts uses Node's own loader through a constant that Node calls experimental; users need not see that warning.
 */
function dropLoaderWarning(): () => void {
  const native = process.emitWarning;
  const chosen = (warning: unknown, ...args: unknown[]): void => {
    if (String(warning).includes("USE_MAIN_CONTEXT_DEFAULT_LOADER")) return;
    (native as (...args: unknown[]) => void).call(process, warning, ...args);
  };
  process.emitWarning = chosen as typeof process.emitWarning;
  return () => {
    if (process.emitWarning === (chosen as typeof process.emitWarning)) process.emitWarning = native;
  };
}

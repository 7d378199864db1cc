/** Routes a cell's standard output and standard error to that cell; other output goes where it went before. */
import { StringDecoder } from "node:string_decoder";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { currentScope, likelyScope, runningScope, type CellScope } from "./scope.js";

type Write = typeof process.stdout.write;

/** Routes `process.stdout`, `process.stderr` and the console; returns a function that undoes it. */
export function followStreams(): () => void {
  const undo = [follow("stdout"), follow("stderr"), followClear(), followExit()];
  return () => {
    for (const f of undo) f();
  };
}

function follow(name: "stdout" | "stderr"): () => void {
  const stream = process[name];
  const native = stream.write;
  const decoders = new WeakMap<CellScope, StringDecoder>();
  const write = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    const scope = currentScope() ?? runningScope();
    if (!scope) return (native as (...args: unknown[]) => boolean).call(stream, chunk, encoding, done);
    if (!scope.dead) scope.output.stream(name, chunkText(chunk, encoding, scope));
    const callback = typeof encoding === "function" ? encoding : done;
    if (typeof callback === "function") queueMicrotask(() => void (callback as () => void)());
    return true;
  };
  const chunkText = (chunk: unknown, encoding: unknown, scope: CellScope): string => {
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
    const scope = likelyScope();
    if (scope) scope.output.clear(false);
    else native.call(console);
  };
  return () => void (console.clear = native);
}

function followExit(): () => void {
  const { exit, abort } = process;
  const refuse = (status: unknown): void => {
    if (currentScope()) throw new CodedError("exit-in-cell", { status: status === undefined ? "" : String(status) });
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

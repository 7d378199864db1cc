/**
 * Reads the source of the first argument from the folder of the second one. Prints its code or rows, and the peak
 * resident memory in MiB.
 */
import { readFileSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SourceImplementation } from "#stdlib/data/contract.js";
import { registry } from "#stdlib/registry.js";

const [source = "", folder = "", how = "open"] = process.argv.slice(2);
const call = JSON.parse(source) as Call;
const world = { folder, live: () => undefined };
const word = (await registry.find("source", call.word)!.load!()) as SourceImplementation;
let code = "read";
let rows = 0;
try {
  if (how === "stream") for await (const chunk of word.stream!(call, world)) rows += chunk.rows;
  else rows = (await word.open(call, world, how === "head" ? 1000 : undefined)).numRows();
} catch (error) {
  if (!(error instanceof CodedError)) throw error;
  ({ code } = error);
}
const peak = /^VmHWM:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
const mib = Math.round(Number(peak ?? process.resourceUsage().maxRSS) / 1024);
process.stdout.write(JSON.stringify({ code, rows, mib }));

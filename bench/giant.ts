/**
 * `tunebook bench giant [--mb N] [--only CASE,…]`: reads oversized files, each in a separate process. The cases are a
 * line of a gigabyte in each line-based format, a JSON value of that size, and compressed files that unpack to hundreds
 * of millions of rows. It reports the error and the peak resident memory, compared with that of a single row.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SourceImplementation } from "#stdlib/data/contract.js";
import { registry } from "#stdlib/registry.js";
import { table } from "./table.js";

const MB = 1_000_000;
interface Case {
  readonly what: string;
  readonly word: string;
  readonly start: string;
  readonly end: string;
}
const LINES: readonly Case[] = [
  { what: "one row", word: "jsonl", start: '{"text":"a"}', end: "" },
  { what: "line", word: "jsonl", start: '{"text":"a"}\n{"text":"', end: '"}\n' },
  { what: "field", word: "csv", start: 'text,label\na,b\n"', end: '",c\n' },
  { what: "line", word: "csv", start: "text,label\na,b\n", end: ",c\n" },
  { what: "line", word: "fasttext", start: "__label__x ", end: "\n" },
  { what: "line", word: "text", start: "", end: "\n" },
  { what: "value", word: "json", start: '[{"text":"', end: '"}]' },
];
const HOWS = ["open", "stream", "head"] as const;

/** Writes a file with `mb` megabytes between start and end. */
function write(file: string, { start, end, what }: Case, mb: number): void {
  const fd = openSync(file, "w");
  const piece = "x".repeat(MB);
  writeSync(fd, start);
  for (let i = 0; what !== "one row" && i < mb; i++) writeSync(fd, piece);
  writeSync(fd, end);
  closeSync(fd);
}

async function read(word: string, path: string, how: string): Promise<void> {
  const call = { kind: "source", word, arguments: { path } };
  const world = { folder: tmpdir(), live: () => undefined };
  const source = (await registry.find("source", word)!.load!()) as SourceImplementation;
  let [told, rows] = ["read", 0];
  const from = performance.now();
  try {
    if (how === "stream" && source.stream) for await (const chunk of source.stream(call, world)) rows += chunk.rows;
    else rows = (await source.open(call, world, how === "head" ? 1000 : undefined)).numRows();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    told = error.code;
  }
  const peak = /^VmHWM:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  const seconds = (performance.now() - from) / 1000;
  process.stdout.write(JSON.stringify({ told, rows, seconds, mib: Math.round(Number(peak) / 1024) }));
}

function apart(word: string, path: string, how: string): string[] {
  const args = [fileURLToPath(import.meta.url), "--read", path, "--word", word, "--how", how];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) return [`the process ended: ${signal ?? stderr.slice(0, 80)}`, "", "", ""];
  const own = JSON.parse(stdout) as { told: string; rows: number; seconds: number; mib: number };
  return [own.told, String(own.rows), own.seconds.toFixed(1), String(own.mib)];
}

function main({ mb }: { readonly mb: string }): void {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-giant-"));
  const shown: string[][] = [];
  const look = (what: string, word: string, path: string, hows: readonly string[] = HOWS): void => {
    for (const how of hows) shown.push([word, what, how, ...apart(word, path, how)]);
    rmSync(path);
  };
  try {
    for (const one of LINES) {
      const path = join(folder, `giant.${one.word}`);
      write(path, one, Number(mb));
      look(
        one.what === "one row" ? "one row" : `${one.what} of ${mb} MB`,
        one.word,
        path,
        one.word === "json" ? ["open"] : HOWS,
      );
    }
    for (const [word, line] of [
      ["csv", "a\n"],
      ["jsonl", '{"a":1}\n'],
      ["fasttext", "a\n"],
    ] as const) {
      const path = join(folder, `rows.${word}.gz`);
      writeFileSync(path, gzipSync(Buffer.alloc(250 * MB, line), { level: 9 }));
      look(`${String(250 / line.length)} million rows, packed`, word, path, ["open", "head"]);
    }
    console.log(table(["word", "what", "how", "told", "rows", "s", "peak MiB"], shown));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await new Command("bench giant")
  .option("--mb <n>", "megabytes of a line", "1000")
  .option("--read <file>", "a file to read, in this process")
  .option("--word <source>")
  .option("--how <how>")
  .action(async (o: { readonly mb: string; readonly read?: string; readonly word?: string; readonly how?: string }) => {
    if (o.read !== undefined) await read(o.word ?? "", o.read, o.how ?? "open");
    else main(o);
  })
  .parseAsync();

/**
 * Input of this and earlier sessions, for the front end's history.
 *
 * One file of JSON lines per session, created exclusively so that two kernels never share a number. A line is appended
 * before its cell runs, and a line cut off by a crash is skipped on reading. If the folder is not writable, only later
 * sessions lose this history.
 */
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { objectWith, parseJsonOrNull, optionalUnknown } from "../../../fetch/json.js";
import { logKernelProblem } from "./complaints.js";
import { globMatcher } from "./glob.js";
import type { Json } from "./message.js";

export interface HistoryEntry {
  readonly session: number;
  readonly line: number;
  readonly input: string;
  readonly output?: string;
}

export class History {
  private session: number | undefined;
  private readonly ownEntries: HistoryEntry[] = [];
  private written = true;

  constructor(private readonly folder: string) {}

  append(line: number, input: string): void {
    this.session ??= this.open();
    this.ownEntries.push({ session: this.session, line, input });
    this.write({ line, input });
  }

  /** Adds the plain text of the result to its cell's entry. */
  result(line: number, output: string): void {
    const index = this.ownEntries.findLastIndex((entry) => entry.line === line);
    const entry = this.ownEntries[index];
    if (!entry) return;
    this.ownEntries[index] = { ...entry, output };
    this.write({ line, output });
  }

  /** Returns the content of the reply to a `history_request`. */
  answer(request: Json): Json {
    const found = this.find(request);
    const withOutput = request["output"] === true;
    return {
      status: "ok",
      history: found.map(({ session, line, input, output }) => [
        session,
        line,
        withOutput ? [input, output ?? null] : input,
      ]),
    };
  }

  private find(request: Json): readonly HistoryEntry[] {
    const n = typeof request["n"] === "number" && request["n"] >= 0 ? request["n"] : undefined;
    switch (request["hist_access_type"]) {
      case "range":
        return this.range(Number(request["session"] ?? 0), request["start"], request["stop"]);
      case "search": {
        const matches = typeof request["pattern"] === "string" ? globMatcher(request["pattern"]) : () => true;
        let found = this.newestFirst((entry) => matches(entry.input), request["unique"] === true ? undefined : n);
        if (request["unique"] === true) {
          const seen = new Set<string>();
          found = found.filter(({ input }) => !seen.has(input) && seen.add(input)).slice(0, n);
        }
        return found.reverse();
      }
      default:
        return this.newestFirst(() => true, n ?? 1000).reverse();
    }
  }

  /** Session 0 is this one, −1 the one before it; `stop` is exclusive. */
  private range(wanted: number, start: unknown, stop: unknown): readonly HistoryEntry[] {
    const session = wanted > 0 ? wanted : this.earlier(-wanted);
    const entries = session === undefined || session === this.session ? this.ownEntries : this.read(session);
    if (session === undefined && wanted !== 0) return [];
    const from = typeof start === "number" ? start : 1;
    const to = typeof stop === "number" ? stop : Infinity;
    return entries.filter(({ line }) => line >= from && line < to);
  }

  private earlier(back: number): number | undefined {
    if (back === 0) return this.session;
    const before = this.sessions().filter((session) => session !== this.session);
    return before[before.length - back];
  }

  private newestFirst(keep: (entry: HistoryEntry) => boolean, limit = Infinity): HistoryEntry[] {
    const found: HistoryEntry[] = [];
    const take = (entries: readonly HistoryEntry[]): void => {
      for (let at = entries.length - 1; at >= 0 && found.length < limit; at--) {
        const entry = entries[at];
        if (entry && keep(entry)) found.push(entry);
      }
    };
    take(this.ownEntries);
    const others = this.sessions().filter((session) => session !== this.session);
    for (let at = others.length - 1; at >= 0 && found.length < limit; at--) {
      const session = others[at];
      if (session !== undefined) take(this.read(session));
    }
    return found;
  }

  /** Takes the next free number and creates the file that claims it in the same step. */
  private open(): number {
    let session = (this.sessions().at(-1) ?? 0) + 1;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      while (!this.claim(session)) session++;
    } catch (error) {
      this.lost(error);
    }
    return session;
  }

  /** False if another kernel has that number already. */
  private claim(session: number): boolean {
    try {
      writeFileSync(this.file(session), "", { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
  }

  private sessions(): number[] {
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      return [];
    }
    return names
      .flatMap((name) => /^(\d+)\.jsonl$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  private read(session: number): HistoryEntry[] {
    let text: string;
    try {
      text = readFileSync(this.file(session), "utf8");
    } catch {
      return [];
    }
    const entries: HistoryEntry[] = [];
    for (const row of text.split("\n")) {
      const found = parseJsonOrNull(row, savedEntry);
      if (!found) continue;
      const { line, input, output } = found;
      if (typeof input === "string") entries.push({ session, line, input });
      else if (typeof output === "string") {
        const index = entries.findLastIndex((entry) => entry.line === line);
        const entry = entries[index];
        if (entry) entries[index] = { ...entry, output };
      }
    }
    return entries;
  }

  private write(row: Json): void {
    if (!this.written) return;
    try {
      appendFileSync(this.file(this.session ?? 0), `${JSON.stringify(row)}\n`);
    } catch (error) {
      this.lost(error);
    }
  }

  private lost(error: unknown): void {
    this.written = false;
    logKernelProblem("the history is not kept", (error as Error).message);
  }

  private file(session: number): string {
    return join(this.folder, `${String(session)}.jsonl`);
  }
}

const savedEntry = objectWith({ line: v.number(), input: optionalUnknown, output: optionalUnknown });

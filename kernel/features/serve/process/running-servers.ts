/**
 * What this machine serves, whoever started it: a small file for each server under the state folder of its user. Whether the server
 * lives its process says, and the file of one that doesn't is taken away.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { readRegularJson } from "../../../runs/read-regular.js";
import { isProcessAlive, processIdentityOf, processIdentitySchema } from "../../../runs/writer.js";
import { objectWith, schemaGuard } from "../../../fetch/json.js";
import { stateFolder } from "../../../remote/supervisor/state-folder.js";

const facts = {
  /** As its notebook calls it, or the command that began it. */
  name: v.string(),
  url: v.string(),
  models: v.array(objectWith({ name: v.string(), folder: v.string() })),
};
const entry = objectWith({ version: v.literal(1), ...facts, writer: processIdentitySchema, since: v.string() });
const isEntry = schemaGuard(entry);
/** No machine serves as many; a folder with more was filled by something else. */
const MOST = 1000;

export interface RunningServerFacts {
  readonly name: string;
  readonly url: string;
  /** By the names that requests call them, with their absolute folders. */
  readonly models: readonly { readonly name: string; readonly folder: string }[];
  readonly process: number;
  /** When it began to serve, ISO 8601. */
  readonly since: string;
}

const folder = (): string => join(stateFolder(), "serving");

/** Says that a process serves, until what comes back is called. Where nothing may be written, nothing is. */
export function recordRunningServer({ process, ...facts }: Omit<RunningServerFacts, "since">): () => void {
  const file = join(folder(), `${String(process)}-${randomBytes(6).toString("hex")}.json`);
  const entryRecord = { version: 1, ...facts, writer: processIdentityOf(process), since: new Date().toISOString() };
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    writeFileAtomic.sync(file, JSON.stringify(entryRecord), { mode: 0o600 });
  } catch {
    return () => undefined; // no home, or one that is read-only
  }
  return () => rmSync(file, { force: true });
}

/** What serves now, the newest last. */
export function runningServers(): readonly RunningServerFacts[] {
  const found = names().flatMap((name): RunningServerFacts[] => {
    const file = join(folder(), name);
    const one = readRegularJson(file, 1 << 18);
    const lives = isEntry(one) ? isProcessAlive(one.writer) : false;
    if (isEntry(one) && lives) {
      const { name, url, models, since } = one;
      return [{ name, url, models, process: one.writer.id, since }];
    }
    // Of another machine with the same home nobody knows here.
    if (lives !== undefined) forget(file);
    return [];
  });
  return found.sort((a, b) => a.since.localeCompare(b.since));
}

function names(): readonly string[] {
  try {
    return readdirSync(folder())
      .filter((name) => /^\d+-[0-9a-f]{12}\.json$/.test(name))
      .slice(0, MOST);
  } catch {
    return []; // nothing ever served
  }
}
function forget(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a disk that is read-only
  }
}

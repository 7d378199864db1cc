/**
 * The running servers of this machine, whoever started them: a small file per server in the user's state folder. The
 * process decides whether the server is alive; files of dead ones are deleted.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { readRegularJson } from "../../../runs/read-events.js";
import { isProcessAlive, processIdentityOf, processIdentitySchema } from "../../../runs/writer.js";
import { objectWith, schemaGuard } from "../../../fetch/json.js";
import { stateFolder } from "../../../remote/supervisor/state-folder.js";

const facts = {
  /** Name in its notebook, or the command that started it. */
  name: v.string(),
  url: v.string(),
  models: v.array(objectWith({ name: v.string(), folder: v.string() })),
};
const entry = objectWith({ version: v.literal(1), ...facts, writer: processIdentitySchema, since: v.string() });
const isEntry = schemaGuard(entry);
/** No machine runs as many servers; a folder with more files was filled by something else. */
const MOST = 1000;

export interface RunningServerFacts {
  readonly name: string;
  readonly url: string;
  /** Models by their names in requests, with absolute folders. */
  readonly models: readonly { readonly name: string; readonly folder: string }[];
  readonly process: number;
  /** Start time, ISO 8601. */
  readonly since: string;
}

const folder = (): string => join(stateFolder(), "serving");

/** Records a process as serving until the returned function is called. Does nothing if the folder isn't writable. */
export function recordRunningServer({ process, ...facts }: Omit<RunningServerFacts, "since">): () => void {
  const file = join(folder(), `${String(process)}-${randomBytes(6).toString("hex")}.json`);
  const entryRecord = { version: 1, ...facts, writer: processIdentityOf(process), since: new Date().toISOString() };
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    writeFileAtomic.sync(file, JSON.stringify(entryRecord), { mode: 0o600 });
  } catch {
    return () => undefined; // no home folder, or a read-only one
  }
  return () => rmSync(file, { force: true });
}

/** The running servers, the newest last. */
export function runningServers(): readonly RunningServerFacts[] {
  const found = names().flatMap((name): RunningServerFacts[] => {
    const file = join(folder(), name);
    const one = readRegularJson(file, 1 << 18);
    const lives = isEntry(one) ? isProcessAlive(one.writer) : false;
    if (isEntry(one) && lives) {
      const { name, url, models, since } = one;
      return [{ name, url, models, process: one.writer.id, since }];
    }
    // Whether a process on another machine with the same home is alive is unknown: its file stays.
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
    return []; // no server was ever started
  }
}
function forget(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a read-only disk
  }
}

/**
 * Unpacks the files sent to a cluster search: the files of the notebook's machine below one root, with their relative
 * positions, and the journal, unless the folder has a longer one.
 */
import { createWriteStream, createReadStream, existsSync, copyFileSync, rmSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { makePrivate, makePrivateFolder, PRIVATE_MODES } from "../../../fetch/private.js";
import {
  JOURNAL_FILE,
  LOCAL_FILES_FOLDER,
  JOB_SPEC_FOLDER,
  searchOrderSchema,
  type SearchOrder,
} from "../../../remote/coordinator/ray/search-order.js";
import { ORDER_FILE, PART_PREFIX } from "../../../remote/coordinator/ray/search-job.js";
import { pathBelowFolder } from "../../../remote/coordinator/file-store.js";
import { parseJsonAs, SchemaMismatch } from "../../../fetch/json.js";
import { readRegularFile } from "../../../runs/read-events.js";
import { unpackBundle } from "../../../runs/record/bundle/open.js";
import { readJobSpec, type JobWithTables } from "../../../remote/jobs/shipment.js";

/** Reads the search order. Coded error `shipment-unreadable`. */
export function readSearchOrder(folder: string): SearchOrder {
  try {
    return parseJsonAs(readRegularFile(join(folder, ORDER_FILE), 1 << 20) ?? "", searchOrderSchema);
  } catch (error) {
    if (!(error instanceof SchemaMismatch)) throw error;
    throw new CodedError("shipment-unreadable", { folder, why: `${ORDER_FILE}: ${error.why}` }, { cause: error });
  }
}

/**
 * `package_`: the job's working folder, which has the first part. Ray unpacks the others next to it and adds them to
 * Python's path.
 */
export async function unpackJobFiles(home: string, package_: string, order: SearchOrder): Promise<JobWithTables> {
  const tar = join(home, "sent.tar");
  const sent = join(home, "sent");
  rmSync(sent, { recursive: true, force: true });
  await joined(partsIn(package_, order.parts), tar);
  await unpackBundle(tar, sent);
  rmSync(tar);
  const { shipment, tables } = readJobSpec(join(sent, JOB_SPEC_FOLDER));
  const root = join(sent, LOCAL_FILES_FOLDER);
  const folder = pathBelowFolder(root, shipment.folder);
  const runs = join(home, "runs");
  makePrivateFolder(folder);
  makePrivateFolder(join(runs, "sweeps"));
  const journal = join(runs, "sweeps", `${order.journal}.jsonl`);
  const came = join(sent, JOURNAL_FILE);
  if (existsSync(came) && sizeOf(came) > sizeOf(journal)) {
    copyFileSync(came, journal);
    makePrivate(journal);
  }
  const sources = shipment.sources.map((source) =>
    source.path !== undefined && isAbsolute(source.path)
      ? { ...source, path: pathBelowFolder(root, source.path) }
      : source,
  );
  return { shipment: { ...shipment, folder, runs, sources }, tables };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function partsIn(package_: string, count: number): readonly string[] {
  const places = [package_, ...(process.env["PYTHONPATH"] ?? "").split(delimiter).filter(Boolean)];
  return Array.from({ length: count }, (_, n) => {
    const name = `${PART_PREFIX}${String(n).padStart(3, "0")}`;
    const found = places.map((place) => join(place, name)).find((file) => existsSync(file));
    if (found === undefined)
      throw new CodedError("shipment-unreadable", { folder: package_, why: `${name} is missing` });
    return found;
  });
}

async function joined(parts: readonly string[], to: string): Promise<void> {
  const out = createWriteStream(to, { mode: PRIVATE_MODES.file });
  for (const part of parts) await pipeline(createReadStream(part), out, { end: false });
  await new Promise<void>((done, failed) => out.end((error?: Error | null) => (error ? failed(error) : done())));
}

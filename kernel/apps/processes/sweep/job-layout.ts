/**
 * What a search on a cluster was sent, laid out in its folder: the files of the notebook's machine below one root, as they lie
 * to each other there, and the journal, where the folder has none that knows more.
 */
import { createWriteStream, createReadStream, existsSync, copyFileSync, rmSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { closeToOthers, makePrivateFolder, PRIVATE } from "../../../fetch/private.js";
import {
  JOURNAL,
  ROOT,
  SHIPMENT_FOLDER,
  searchOrder,
  type SearchOrder,
} from "../../../remote/coordinator/ray/search-order.js";
import { ORDER, PART } from "../../../remote/coordinator/ray/search-job.js";
import { belowFolder } from "../../../remote/coordinator/file-store.js";
import { jsonIn, Unlike } from "../../../fetch/json.js";
import { readRegular } from "../../../runs/read-regular.js";
import { openBundle } from "../../../runs/record/bundle/open.js";
import { readShipment, type Shipped } from "../../../remote/jobs/shipment.js";

/** Coded error `shipment-unreadable`. */
export function readOrder(folder: string): SearchOrder {
  try {
    return jsonIn(readRegular(join(folder, ORDER), 1 << 20) ?? "", searchOrder);
  } catch (error) {
    if (!(error instanceof Unlike)) throw error;
    throw new CodedError("shipment-unreadable", { folder, why: `${ORDER}: ${error.why}` }, { cause: error });
  }
}

/** `package_`: the job's working folder, which has the first part; Ray unpacks the others beside, and names them on Python's path. */
export async function laidOutIn(home: string, package_: string, order: SearchOrder): Promise<Shipped> {
  const tar = join(home, "sent.tar");
  const sent = join(home, "sent");
  rmSync(sent, { recursive: true, force: true });
  await joined(partsIn(package_, order.parts), tar);
  await openBundle(tar, sent);
  rmSync(tar);
  const { shipment, tables } = readShipment(join(sent, SHIPMENT_FOLDER));
  const root = join(sent, ROOT);
  const folder = belowFolder(root, shipment.folder);
  const runs = join(home, "runs");
  makePrivateFolder(folder);
  makePrivateFolder(join(runs, "sweeps"));
  const journal = join(runs, "sweeps", `${order.journal}.jsonl`);
  const came = join(sent, JOURNAL);
  if (existsSync(came) && sizeOf(came) > sizeOf(journal)) {
    copyFileSync(came, journal);
    closeToOthers(journal);
  }
  const sources = shipment.sources.map((source) =>
    source.path !== undefined && isAbsolute(source.path) ? { ...source, path: belowFolder(root, source.path) } : source,
  );
  return { shipment: { ...shipment, folder, runs, sources }, tables };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function partsIn(package_: string, count: number): readonly string[] {
  const places = [package_, ...(process.env["PYTHONPATH"] ?? "").split(delimiter).filter(Boolean)];
  return Array.from({ length: count }, (_, n) => {
    const name = `${PART}${String(n).padStart(3, "0")}`;
    const found = places.map((place) => join(place, name)).find((file) => existsSync(file));
    if (found === undefined)
      throw new CodedError("shipment-unreadable", { folder: package_, why: `${name} is missing` });
    return found;
  });
}

async function joined(parts: readonly string[], to: string): Promise<void> {
  const out = createWriteStream(to, { mode: PRIVATE.file });
  for (const part of parts) await pipeline(createReadStream(part), out, { end: false });
  await new Promise<void>((done, failed) => out.end((error?: Error | null) => (error ? failed(error) : done())));
}

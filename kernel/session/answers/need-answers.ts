/** Answers to the needs of the compiler: the facts that a program depends on outside of its text. */
import { resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import type { FactOf, DollarNameFacts, Need } from "#dsl/language/types/facts.js";
import type { Value } from "#dsl/language/types/value.js";
import { compileSchema } from "#stdlib/json-schemas/schema.js";
import { registry as whole } from "#stdlib/registry.js";
import { listFilesIn } from "../../data/sources/files-in.js";
import { rowLeaksBetweenDataSets } from "../../data/rows/shared-rows.js";
import { readNamedText } from "../../fetch/regular.js";
import type { HostContext } from "../../host/host-context.js";
import { attachableRunFacts } from "../../models/loaded-run.js";
import { networkShareIn } from "../../trust/network-shares.js";
import type { DatasetCache } from "./dataset-cache.js";
import { runFactsWithTrainingRows } from "./learnt-facts.js";
import { machineFacts } from "./machine.js";

/** Maximum bytes of a deployment's files that a check reads; it reads only files that people edit. */
const LOOKED_INTO = 2 ** 22;

/** Answers what the compiler asks of the world, from files, packages and the hub. Throws the coded errors of these. */
export async function answerCompilerNeed(
  need: Need,
  s: HostContext,
  datasets: DatasetCache,
): Promise<FactOf<Need["about"]>> {
  const share = s.withhold === "all" ? networkShareIn(need) : null;
  if (share !== null)
    throw new CodedError("not-fetched", { what: share, folder: s.folder, near: null, because: "untrusted" });
  switch (need.about) {
    case "table":
      return datasets.header(need, s);
    case "data":
      return (await datasets.data(need.data, need.base, s)).facts;
    case "apart":
      return rowLeaksBetweenDataSets(await Promise.all(need.datas.map((plan) => datasets.data(plan, null, s))));
    case "base":
      return (await datasets.base(need, s)).facts;
    case "run":
      return (need.still ? attachableRunFacts : runFactsWithTrainingRows)(need.path, {
        folder: resolve(s.folder, need.folder),
        runs: s.runs ?? resolve(s.folder, "runs"),
      });
    case "journal": {
      const { journalFacts } = await import("./journal-facts.js");
      return journalFacts(need.of, { folder: s.folder, runs: s.runs ?? resolve(s.folder, "runs") });
    }
    case "machine":
      return datasets.machine ?? machineFacts(datasets.engine);
    case "engine":
      return datasets.device(need);
    case "name":
      return nameFacts(need.of, s);
    case "place": {
      const { checkPlaceIsUsable: demandPlace, deploymentPlaceAt: placeAt } =
        await import("../../deployments/deployment-folder.js");
      const { capabilities } = mustFindWord(whole, "target", need.own.target);
      const place = placeAt({ ...capabilities, writes: need.writes }, need.path, s.folder);
      await demandPlace(place, { ...need.own, labels: null }, { overwrite: need.overwrite, most: LOOKED_INTO });
      return { free: true };
    }
    case "files":
      return listFilesIn(resolve(s.folder, need.folder), need.path);
    case "schema":
      await compileSchema(readNamedText(resolve(s.folder, need.path), need.path), need.path);
      return { sound: true };
    case "file": {
      const path = resolve(s.folder, need.folder, need.path);
      const missing = () => new CodedError("missing-file", { path: need.path, folder: need.folder, near: null });
      return { text: readNamedText(path, need.path, { missing }), path };
    }
  }
}

const BEST_RUN = ".best.run";

function nameFacts(name: string, s: HostContext): DollarNameFacts {
  const best = name.endsWith(".best") ? s.best?.(name.slice(0, -".best".length)) : undefined;
  if (best) return { value: { record: best } };
  if (name.endsWith(BEST_RUN)) {
    const run = s.bestRun?.(name.slice(0, -BEST_RUN.length));
    if (run !== undefined) return { value: run };
  }
  const swept = /^(.+)\.best(?:\.run)?$/u.exec(name)?.[1];
  const trials = swept === undefined ? undefined : s.withoutBest?.(swept);
  if (swept !== undefined && trials !== undefined) throw new CodedError("no-best", { sweep: swept, trials });
  const found = s.live(name);
  if (!found) throw new CodedError("unknown-reference", { name, has: s.typescript() });
  const { value } = found;
  if (isPlain(value)) return { value };
  if (typeof value === "object" && value !== null && "columnNames" in value && typeof value.columnNames === "function")
    return { live: "table", columns: (value.columnNames as () => string[])() };
  return { live: "other" };
}

function isPlain(value: unknown): value is Value {
  if (value === null || ["string", "boolean"].includes(typeof value)) return true;
  if (typeof value === "number") return Number.isFinite(value);
  return Array.isArray(value) && value.every(isPlain);
}

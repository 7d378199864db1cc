/**
 * A search as its cluster receives it: its place there, its order, and one file with its inputs (its job, the files that
 * its plan names, and the journal so far).
 */
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join, basename } from "node:path";
import { demandSendable, PART_BYTES } from "../../remote/coordinator/ray/search-job.js";
import {
  JOURNAL_FILE,
  LOCAL_FILES_FOLDER,
  JOB_SPEC_FOLDER,
  type SearchOrder,
} from "../../remote/coordinator/ray/search-order.js";
import type { BaseModel } from "../../bases/base.js";
import type { HostContext } from "../../host/host-context.js";
import { writeBundle, type FileToPack } from "../../runs/record/bundle/write.js";
import { planInputsOf } from "../../runs/record/ingredients.js";
import { createJobSpec, type JobSession, type JobOrigin } from "../../remote/jobs/ship.js";
import { jobSpecFiles, writeJobSpec } from "../../remote/jobs/shipment.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { version } from "../../session/version.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { randomBytes } from "node:crypto";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { ClusterSearchPlace } from "../../runs/together/search-place.js";
import type { RayJobs } from "../../remote/coordinator/ray/jobs.js";
import { hasWeights } from "../../session/kept-weights.js";
import type { SweepMirror } from "./local-journal.js";
import type { SweepAction } from "../sweep-result.js";

export interface PackingContext {
  readonly session: JobSession & {
    readonly weights: { parts(plan: Plan, s: HostContext): Promise<{ readonly base: BaseModel }> };
  };
  readonly stage: JobOrigin & { readonly signal?: AbortSignal };
}

/**
 * Writes the file into that folder. A named base is not packed: the nodes have it in their cache or download it. Throws
 * the coded errors `not-shippable`, `search-too-large`, and those of bundles and disks. @returns its path
 */
async function packSweep(
  { session, stage }: PackingContext,
  action: SweepAction,
  { folder, journal }: { readonly folder: string; readonly journal: string },
): Promise<string> {
  const { runner, plan } = action.sweep;
  const what = `\`sweep … { runner: ${runner?.word ?? ""}(…) }\``;
  const { shipment, tables } = createJobSpec(session, action, stage, { what, version });
  // The search needs no locally trained weights; otherwise it would run on this machine.
  const shipped = { shipment: { ...shipment, trained: {}, bests: withoutRuns(shipment.bests) }, tables };
  const beside = join(folder, JOB_SPEC_FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeJobSpec(beside, shipped);
  const read = await filesOf(session, plan, stage);
  demandSendable(read);
  const files: FileToPack[] = [
    ...jobSpecFiles(shipped.shipment).map((name) => ({
      ...({ path: `${JOB_SPEC_FOLDER}/${name}`, sort: "program", from: join(beside, name) } as const),
    })),
    ...read.map(({ path, sort }) => ({ path: `${LOCAL_FILES_FOLDER}${path}`, sort, from: path })),
    ...(existsSync(journal) ? [{ path: JOURNAL_FILE, sort: "run", from: journal } as const] : []),
  ];
  const to = join(folder, "search.tar");
  const runs = { program: `${JOB_SPEC_FOLDER}/shipment.json` };
  await writeBundle(to, { tunebook: version, runs, files }, { signal: stage.signal });
  return to;
}

async function filesOf(
  session: PackingContext["session"],
  plan: Plan,
  { hostContext, signal }: PackingContext["stage"],
) {
  const { recipe } = plan;
  const base = recipe.model.scratch ? undefined : (await session.weights.parts(plan, hostContext)).base;
  const { files } = await planInputsOf(recipe, {
    folder: hostContext.folder,
    ...(base?.from === "folder" && { base }),
    ...(signal && { signal }),
  });
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

type Bests = ReturnType<typeof createJobSpec>["shipment"]["bests"];
function withoutRuns(bests: Bests): Bests {
  return Object.fromEntries(Object.entries(bests).map(([name, { values }]) => [name, { values, run: null }]));
}

/** Returns the variable name of a secret. */
function variableIn(secret: unknown): string | null {
  const given = isRecord(secret) ? secret["arguments"] : undefined;
  const env = isRecord(given) ? given["env"] : undefined;
  return typeof env === "string" ? env : null;
}

/**
 * Returns the place of a new search: on the node and with the key of the former one, or on the cluster's head. The
 * former search has ended early.
 */
export async function newClusterSearchPlace(
  ray: RayJobs,
  { name, sweep: { runner } }: Pick<SweepAction, "name" | "sweep">,
  { address: cluster, before }: { readonly address: string; readonly before: ClusterSearchPlace | null },
): Promise<ClusterSearchPlace> {
  const nodes = await ray.nodes();
  const node = nodes.find(({ id }) => id === before?.node.id) ?? nodes.find(({ head }) => head) ?? nodes[0];
  const { id, host, address } = mustExist(node, "a node of the cluster");
  return {
    version: 1,
    sweep: name,
    address: cluster,
    token: variableIn(runner?.arguments["token"]),
    key: before?.key ?? randomBytes(8).toString("hex"),
    job: `tunebook-search-${name.replace(/[^\w-]/g, "-")}-${randomBytes(4).toString("hex")}`,
    node: { id, host, address },
    since: new Date().toISOString(),
  };
}

/** Packs the search, calls `send` with its order and file, and deletes the file. */
export async function withPackedSearch(
  context: PackingContext,
  action: SweepAction,
  {
    place,
    mirror,
  }: { readonly place: ClusterSearchPlace; readonly mirror: Pick<SweepMirror, "file" | "name" | "ended"> },
  send: (packed: { readonly order: SearchOrder; readonly file: string }) => Promise<void>,
): Promise<void> {
  const folder = join(context.session.runs, "sweeps", `.${mirror.name}`);
  try {
    rmSync(folder, { recursive: true, force: true });
    const file = await packSweep(context, action, { folder, journal: mirror.file });
    const { size } = statSync(file);
    const order: SearchOrder = {
      version: 1,
      tunebook: version,
      key: place.key,
      job: place.job,
      sweep: action.name,
      journal: mirror.name,
      address: place.address,
      host: place.node.address,
      parts: Math.max(1, Math.ceil(size / PART_BYTES)),
      kept: mirror.ended.flatMap(({ run }) => (run !== null && hasWeights(run) ? [basename(run)] : [])),
    };
    await send({ order, file });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Packs the inputs of a cluster search into one file: its job, the files that its plan names, and the journal so far.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { demandSendable } from "../../remote/coordinator/ray/search-job.js";
import { JOURNAL_FILE, ROOT_FOLDER, JOB_SPEC_FOLDER } from "../../remote/coordinator/ray/search-order.js";
import type { Base } from "../../bases/base.js";
import type { HostContext } from "../../host/host-context.js";
import { writeBundle, type FileToPack } from "../../runs/record/bundle/write.js";
import { ingredientsOf } from "../../runs/record/ingredients.js";
import { createJobSpec, type JobSession, type JobOrigin } from "../../remote/jobs/ship.js";
import { jobSpecFiles, writeJobSpec } from "../../remote/jobs/shipment.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { version } from "../../session/version.js";

export interface PackingContext {
  readonly session: JobSession & {
    readonly weights: { parts(plan: Plan, s: HostContext): Promise<{ readonly base: Base }> };
  };
  readonly stage: JobOrigin & { readonly signal?: AbortSignal };
}

/**
 * Writes the file into that folder. A named base is not packed: the nodes have it in their cache or download it. Throws
 * the coded errors `not-shippable`, `search-too-large`, and those of bundles and disks. @returns its path
 */
export async function packSweep(
  { session, stage }: PackingContext,
  action: Extract<Action, { verb: "sweep" }>,
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
    ...read.map(({ path, sort }) => ({ path: `${ROOT_FOLDER}${path}`, sort, from: path })),
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
  const { files } = await ingredientsOf(recipe, {
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

/**
 * A deployment proved again, on any machine: it is opened in its runtime and asked the inputs of its own proof; its answers must
 * be those that the notebook gave. Nothing of the notebook, its data or its run is needed.
 */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { wordOf } from "#dsl/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { callText } from "../core/display/value-text.js";
import { DEPLOYMENT, readDeployment, type Deployment } from "../deploying/deployment.js";
import { damageIn } from "../deploying/files.js";
import { COMPANIONS, homeOf, type Place } from "../deploying/output.js";
import { expectedIn, readProof, thinnedAnswers, type Proof } from "../deploying/proof.js";
import { answersOf, judged, openDeployment } from "../deploying/prove.js";
import { runtimes } from "../deploying/runtimes/table.js";
import type { Engine } from "../engine/engine.js";
import { startEngine } from "../engine/start.js";
import type { Base } from "../core/bases/base.js";
import { plainHostContext } from "../core/session/host-context.js";
import { DatasetCache } from "./dataset-cache.js";
import { reopening } from "./reopened.js";
import "../deploying/codes.js";

export interface Verified {
  readonly name: string;
  readonly target: string;
  /** This time. */
  readonly proof: Proof;
  /** What was found otherwise, each a clause; empty: nothing. */
  readonly found: readonly string[];
}

/**
 * `wanted`: another runtime than the target's own. `base`: the folder of an adapter's base; absent: it is found by its name.
 * Coded errors: `no-deployment`, `deployment-unreadable`, `runtime-missing`, `runtime-failed`, `adapter-needs-base`.
 */
export async function verifyDeployment(path: string, wanted?: string, ownBase?: string): Promise<Verified> {
  const place = placeAt(resolve(path));
  const home = homeOf(place);
  const deployment = readDeployment(home);
  const before = readProof(home);
  const expected = expectedIn(before);
  const runtime = wanted ?? wordOf(registry, "target", deployment.target.word).capabilities?.runtime ?? null;
  if (wanted !== undefined && !Object.hasOwn(runtimes, wanted))
    throw new CodedError("runtime-missing", {
      runtime: wanted,
      brings: `there is ${Object.keys(runtimes).sort().join(", ")}`,
    });
  let engine: Engine | null = null;
  const reopen = reopening(
    async () => (engine ??= await startEngine({ engine: "auto", work: { trains: "none", precision: "f32" } })),
    process.cwd(),
    (d: Deployment) => baseOf(d, path, ownBase),
  );
  try {
    const open = await openDeployment({ runtime, place: place.path, home, deployment }, reopen);
    if ("missing" in open)
      throw new CodedError("runtime-missing", {
        runtime: `a runtime of ${deployment.target.word}`,
        brings: open.missing,
      });
    try {
      const answers = thinnedAnswers(await answersOf(open, before.golden, deployment.name, { expected }));
      const { compared, verdict, found } = judged(expected, answers, deployment);
      const again = { runtime: open.by, compared, verdict, at: new Date().toISOString() };
      const proof = Object.fromEntries(
        Object.entries({ ...before, ...again }).filter(([key]) => key !== "scores" && key !== "unproved"),
      ) as unknown as Proof;
      const { name, target } = deployment;
      const damage = await damageIn(place, before.files ?? {});
      return { name, target: callText(target), proof, found: [...damage, ...(verdict === "differs" ? found : [])] };
    } finally {
      await open.model.close();
    }
  } finally {
    await (engine as Engine | null)?.close();
  }
}

async function baseOf(d: Deployment, place: string, own: string | undefined): Promise<Base> {
  const folder = process.cwd();
  try {
    return await new DatasetCache().base({ name: own ?? d.base, folder }, plainHostContext(folder));
  } catch (error) {
    if (own !== undefined || !(error instanceof CodedError) || error.code !== "base-not-found") throw error;
    throw new CodedError("adapter-needs-base", { place, base: d.base }, { cause: error });
  }
}

/** A folder, or a file with its companions. Coded error `no-deployment`. */
function placeAt(path: string): Place {
  // The folder beside a file stands for the file.
  if (path.endsWith(COMPANIONS)) return placeAt(path.slice(0, -COMPANIONS.length));
  const at = statSync(path, { throwIfNoEntry: false });
  const place: Place = { path, writes: at?.isDirectory() && existsSync(join(path, DEPLOYMENT)) ? "folder" : "file" };
  if (!existsSync(join(homeOf(place), DEPLOYMENT))) throw new CodedError("no-deployment", { folder: path });
  return place;
}

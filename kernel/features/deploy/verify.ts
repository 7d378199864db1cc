/**
 * A deployment proved again, on any machine: its files must be those that were proved, then it is opened in its runtime and asked
 * the inputs of its own proof; its answers must be those that the notebook gave. Nothing of the notebook, its data or its run is
 * needed, and nothing is opened that isn't what was proved.
 */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { wordOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { callText } from "../../host/value-text.js";
import { DEPLOYMENT, readDeployment, type Deployment } from "../../deployments/deployment.js";
import type { Comparison } from "../../deployments/compare.js";
import { damageOf } from "../../deployments/check-files.js";
import { COMPANIONS, homeOf, type Place } from "../../deployments/output.js";
import { expectedIn, readProof, thinnedAnswers, type Proof } from "../../deployments/proof.js";
import { answersOf, judged, openDeployment } from "../../deployments/prove.js";
import { runtimes } from "../../deployments/runtimes/table.js";
import type { Engine } from "../../engines/engine.js";
import { startEngine } from "../../engines/start.js";
import type { Base } from "../../bases/base.js";
import { plainHostContext } from "../../host/host-context.js";
import { DatasetCache } from "../../session/answers/dataset-cache.js";
import { reopening } from "../../models/reopened-model.js";

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
  demandKnown(deployment, join(home, DEPLOYMENT));
  const before = readProof(home);
  const told = { name: deployment.name, target: callText(deployment.target) };
  const runtime = await runtimeOf(deployment, wanted);
  const damage = await damageOf(place, before, deployment);
  if (damage.length > 0) {
    const unproved = "its files are not those that were proved";
    const none = { runtime: null, unproved, compared: null, verdict: "not run" as const };
    return { ...told, proof: provedAgain(before, none), found: damage };
  }
  const expected = expectedIn(before);
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
        brings: open.never ? `${open.missing}; its files are those that were written` : open.missing,
      });
    try {
      const answers = thinnedAnswers(await answersOf(open, before.golden, deployment.name, { expected }));
      const { compared, verdict: said, found } = judged(expected, answers, deployment);
      const verdict = said === "differs" && asBefore(compared, before) ? "agrees" : said;
      const proof = provedAgain(before, { runtime: open.by, compared, verdict });
      return { ...told, proof, found: verdict === "differs" ? found : [] };
    } finally {
      await open.model.close();
    }
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "runtime-failed") throw error;
    const { runtime: title, why } = error.data as CodeData["runtime-failed"];
    throw new CodedError("runtime-failed", { runtime: title, why, kept: true }, { cause: error });
  } finally {
    await (engine as Engine | null)?.close();
  }
}

/** Rows spoke for it, which aren't here: to made-up inputs it must still say what it said then. */
function asBefore(now: Comparison, { by, compared: then }: Proof): boolean {
  if (by !== "rows" || !then) return false;
  return now.agree >= then.agree && (now.difference ?? 0) <= SAME * (then.difference ?? 0);
}
/** Other machines round otherwise. */
const SAME = 1.02;

async function baseOf(d: Deployment, place: string, own: string | undefined): Promise<Base> {
  const folder = process.cwd();
  try {
    return await new DatasetCache().base({ name: own ?? d.base, folder }, plainHostContext(folder));
  } catch (error) {
    if (own !== undefined || !(error instanceof CodedError) || error.code !== "base-not-found") throw error;
    throw new CodedError("adapter-needs-base", { place, base: d.base }, { cause: error });
  }
}

/** Of the first proof what still holds: not its scores, whose rows aren't here. */
function provedAgain(before: Proof, again: Pick<Proof, "runtime" | "compared" | "verdict" | "unproved">): Proof {
  const { scores, unproved, ...holds } = before;
  return { ...holds, ...again, at: new Date().toISOString() };
}

/** Words that this Tunebook has. Coded error `deployment-unreadable`. */
function demandKnown({ target, task, technique, family, template }: Deployment, file: string): void {
  const words = [
    ["target", target.word],
    ["task", task.word],
    ["technique", technique.word],
    ["model", family],
    ...(template ? [["template", template.word] as const] : []),
  ] as const;
  for (const [kind, word] of words)
    if (!registry.find(kind, word))
      throw new CodedError("deployment-unreadable", { file, why: `this Tunebook has no ${kind} ${word}` });
}

/** The target's own, or one that reads what it reads. Coded errors `runtime-missing`, `runtime-unfit`. */
async function runtimeOf({ target }: Deployment, wanted: string | undefined): Promise<string | null> {
  const own = wordOf(registry, "target", target.word).capabilities?.runtime ?? null;
  if (wanted === undefined || wanted === own) return own;
  const load = Object.hasOwn(runtimes, wanted) ? runtimes[wanted] : undefined;
  if (!load) {
    const brings = `there is ${Object.keys(runtimes).sort().join(", ")}`;
    throw new CodedError("runtime-missing", { runtime: wanted, brings });
  }
  const reads = async (name: string): Promise<boolean> =>
    own !== null && ((await runtimes[name]!()).reads ?? []).includes(own);
  if (await reads(wanted)) return wanted;
  const fit: string[] = [];
  for (const name of Object.keys(runtimes)) if (name === own || (await reads(name))) fit.push(name);
  throw new CodedError("runtime-unfit", { runtime: wanted, target: target.word, fit });
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

/**
 * Verifies a deployment again, on any machine. Its files must be the proved ones; then it is opened in its runtime and
 * run on the inputs of its proof, and its outputs must equal the notebook's. This needs neither the notebook nor its
 * data or run, and opens nothing that was not proved.
 */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { callText } from "../../host/value-text.js";
import { DEPLOYMENT_FILE, readDeployment, type Deployment } from "../../deployments/deployment.js";
import type { AnswerComparison } from "../../deployments/compare.js";
import { deploymentDamage } from "../../deployments/check-files.js";
import { COMPANIONS_SUFFIX, deploymentHomeOf, type DeploymentPlace } from "../../deployments/output.js";
import {
  storedExpectedAnswers,
  readProof,
  sampleAnswerNumbers,
  type DeploymentProof,
} from "../../deployments/proof.js";
import { goldenAnswersOf, judgeAnswers, openDeployment } from "../../deployments/prove.js";
import { runtimes } from "../../deployments/runtimes/table.js";
import type { Engine } from "../../engines/engine.js";
import { startEngine } from "../../engines/start-engine.js";
import type { BaseModel } from "../../bases/base.js";
import { plainHostContext } from "../../host/host-context.js";
import { DatasetCache } from "../../session/answers/dataset-cache.js";
import { modelReopener } from "../../models/reopened-model.js";

export interface DeploymentVerification {
  readonly name: string;
  readonly target: string;
  readonly proof: DeploymentProof;
  /** Differences found, each a clause. */
  readonly found: readonly string[];
}

/**
 * `wanted`: a runtime other than the target's own. `base`: the folder of an adapter's base; by default it is found by
 * name. Coded errors: `no-deployment`, `deployment-unreadable`, `runtime-missing`, `runtime-failed`,
 * `adapter-needs-base`.
 */
export async function verifyDeployment(
  path: string,
  wanted?: string,
  ownBase?: string,
): Promise<DeploymentVerification> {
  const place = placeAt(resolve(path));
  const home = deploymentHomeOf(place);
  const deployment = readDeployment(home);
  demandKnown(deployment, join(home, DEPLOYMENT_FILE));
  const before = readProof(home);
  const summary = { name: deployment.name, target: callText(deployment.target) };
  const runtime = await runtimeOf(deployment, wanted);
  const damage = await deploymentDamage(place, before, deployment);
  if (damage.length > 0) {
    const unproved = "its files are not those that were verified";
    const none = { runtime: null, unproved, compared: null, verdict: "not run" as const };
    return { ...summary, proof: provedAgain(before, none), found: damage };
  }
  const expected = storedExpectedAnswers(before);
  let engine: Engine | null = null;
  const reopen = modelReopener(
    async () => (engine ??= await startEngine({ engine: "auto", work: { trains: "none", precision: "f32" } })),
    process.cwd(),
    (d: Deployment) => baseOf(d, path, ownBase),
  );
  try {
    const open = await openDeployment({ runtime, place: place.path, home, deployment }, reopen);
    if ("missing" in open)
      throw new CodedError("runtime-missing", {
        runtime: `a runtime of ${deployment.target.word}`,
        brings: open.never ? `${open.missing}; its files are unchanged` : open.missing,
      });
    try {
      const answers = sampleAnswerNumbers(await goldenAnswersOf(open, before.golden, deployment.name, { expected }));
      const { compared, verdict: judgement, found } = judgeAnswers(expected, answers, deployment);
      const verdict = judgement === "differs" && asBefore(compared, before) ? "agrees" : judgement;
      const proof = provedAgain(before, { runtime: open.by, compared, verdict });
      return { ...summary, proof, found: verdict === "differs" ? found : [] };
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

/**
 * The first proof relied on scores of rows that are not available now: outputs on golden inputs must still agree as
 * well as then.
 */
function asBefore(now: AnswerComparison, { by, compared: then }: DeploymentProof): boolean {
  if (by !== "rows" || !then) return false;
  return now.agree >= then.agree && (now.difference ?? 0) <= SAME * (then.difference ?? 0);
}
/** Tolerated ratio of differences: other machines round differently. */
const SAME = 1.02;

async function baseOf(d: Deployment, place: string, ownBase: string | undefined): Promise<BaseModel> {
  const folder = process.cwd();
  try {
    return await new DatasetCache().base({ name: ownBase ?? d.base, folder }, plainHostContext(folder));
  } catch (error) {
    if (ownBase !== undefined || !(error instanceof CodedError) || error.code !== "base-not-found") throw error;
    throw new CodedError("adapter-needs-base", { place, base: d.base }, { cause: error });
  }
}

/** The parts of the first proof that still hold: not its scores, whose rows are not available. */
function provedAgain(
  before: DeploymentProof,
  again: Pick<DeploymentProof, "runtime" | "compared" | "verdict" | "unproved">,
): DeploymentProof {
  const { scores, unproved, ...holds } = before;
  return { ...holds, ...again, at: new Date().toISOString() };
}

/** Checks that this Tunebook knows the deployment's words. Coded error `deployment-unreadable`. */
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

/** The target's own runtime, or one that reads the same format. Coded errors `runtime-missing`, `runtime-unfit`. */
async function runtimeOf({ target }: Deployment, wanted: string | undefined): Promise<string | null> {
  const targetRuntime = mustFindWord(registry, "target", target.word).capabilities?.runtime ?? null;
  if (wanted === undefined || wanted === targetRuntime) return targetRuntime;
  const load = Object.hasOwn(runtimes, wanted) ? runtimes[wanted] : undefined;
  if (!load) {
    const brings = `there is ${Object.keys(runtimes).sort().join(", ")}`;
    throw new CodedError("runtime-missing", { runtime: wanted, brings });
  }
  const reads = async (name: string): Promise<boolean> =>
    targetRuntime !== null && ((await runtimes[name]!()).reads ?? []).includes(targetRuntime);
  if (await reads(wanted)) return wanted;
  const fit: string[] = [];
  for (const name of Object.keys(runtimes)) if (name === targetRuntime || (await reads(name))) fit.push(name);
  throw new CodedError("runtime-unfit", { runtime: wanted, target: target.word, fit });
}

/** A folder, or a file with its companion files. Coded error `no-deployment`. */
function placeAt(path: string): DeploymentPlace {
  // The companion folder of a file refers to the file.
  if (path.endsWith(COMPANIONS_SUFFIX)) return placeAt(path.slice(0, -COMPANIONS_SUFFIX.length));
  const stats = statSync(path, { throwIfNoEntry: false });
  const place: DeploymentPlace = {
    path,
    writes: stats?.isDirectory() && existsSync(join(path, DEPLOYMENT_FILE)) ? "folder" : "file",
  };
  if (!existsSync(join(deploymentHomeOf(place), DEPLOYMENT_FILE)))
    throw new CodedError("no-deployment", { folder: path });
  return place;
}

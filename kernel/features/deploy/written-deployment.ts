/** A deployment at its place: written beside it, proved there, and moved only if it is proved. */
import { basename, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DeploymentReport } from "../../display/deployment.js";
import { callText } from "../../host/value-text.js";
import { withProgressLabel } from "../../host/host-context.js";
import { fileChecksums } from "../../deployments/files.js";
import { deploymentHomeOf, targetWriterIn, type DeploymentPlace } from "../../deployments/output.js";
import { PROOF_FILE, type DeploymentProof } from "../../deployments/proof.js";
import { deployAtomically } from "../../deployments/staging.js";
import { expectedOutputs, goldenInputsFor } from "./expected.js";
import { createModelCard, deploymentReportOf } from "./report.js";
import type { DeploymentContext } from "./deployment-context.js";
import { writeDeploymentDescription } from "./description.js";
import { proveDeployment } from "./deployment-proof.js";

export async function writeDeployment(work: DeploymentContext): Promise<DeploymentReport> {
  const { action, stage: context, opened, target, place, run, model, again } = work;
  const refused = (await target.refuses?.(action.target, model)) ?? null;
  if (refused !== null)
    throw new CodedError("cannot-deploy", {
      model: action.name,
      target: callText(action.target),
      ...(typeof refused === "string" ? { why: refused } : refused),
    });
  const golden = await goldenInputsFor(action, opened, model, target.room?.(action.target, model) ?? Infinity);
  const expected = await expectedOutputs(opened, golden, action.name, context);
  return deployAtomically(place, again ?? (() => Promise.resolve()), async (folder) => {
    // A folder is replaced as a unit; a single file is first written in a temporary folder.
    const here: DeploymentPlace = {
      ...place,
      path: place.writes === "folder" ? folder : join(folder, basename(place.path)),
    };
    const written = await withProgressLabel(
      context.hostContext,
      `${action.name} written as ${action.target.word}`,
      () => target.write(action.target, model, targetWriterIn(folder, here, run.source)),
    );
    context.signal?.throwIfAborted();
    const deployment = await writeDeploymentDescription(work, deploymentHomeOf(here), written);
    const { proof, notes } = await proveDeployment(work, { here, deployment, golden, expected });
    await createModelCard(work, deploymentHomeOf(here), written, proof);
    const whole: DeploymentProof = { ...proof, files: await fileChecksums(here) };
    await run.proved(whole);
    await writeFileAtomic(join(deploymentHomeOf(here), PROOF_FILE), `${JSON.stringify(whole, null, 2)}\n`);
    return deploymentReportOf(work, here, written, proof, notes);
  });
}

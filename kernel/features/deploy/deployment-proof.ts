/** The proof of a written deployment: its answers to golden inputs, and its scores on rows, in its own runtime. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import { callText } from "../../host/value-text.js";
import { withProgressLabel } from "../../host/host-context.js";
import type { RuntimeAnswers } from "../../deployments/runtime-answers.js";
import type { Deployment } from "../../deployments/deployment.js";
import { scoreDifferenceText, scoresConfirmAgreement, scoresText } from "../../deployments/score-agreement.js";
import type { GoldenInputs } from "../../deployments/golden.js";
import { deploymentHomeOf, type DeploymentPlace } from "../../deployments/output.js";
import { makeDeploymentProof, type DeploymentProof, type ComparedScores } from "../../deployments/proof.js";
import { goldenAnswersOf, judgeAnswers, openDeployment, type OpenedDeployment } from "../../deployments/prove.js";
import { heldOutRowsForDeployment, compareDeployedScores } from "./scores.js";
import type { DeploymentContext } from "./deployment-context.js";
import { modelReopener } from "../../models/reopened-model.js";

/** Opens the written deployment, compares its outputs and scores it. Coded errors `proof-failed`, `runtime-failed`. */
export async function proveDeployment(
  work: DeploymentContext,
  options: {
    readonly here: DeploymentPlace;
    readonly deployment: Deployment;
    readonly golden: GoldenInputs;
    readonly expected: RuntimeAnswers;
  },
): Promise<{ readonly proof: DeploymentProof; readonly notes: readonly string[] }> {
  const { session, action, stage: context, opened, run } = work;
  const { deployment, golden, expected, here } = options;
  const { runtime } = mustExist(
    mustFindWord(session.vocabulary.registry, "target", action.target.word).capabilities,
    "a target",
  );
  const reopen = modelReopener(
    () => Promise.resolve(opened.engine),
    context.hostContext.folder,
    () => Promise.resolve(opened.base),
  );
  const where = { runtime, place: here.path, home: deploymentHomeOf(here), deployment };
  const open = await openDeployment(where, reopen);
  if ("missing" in open) {
    const proof = makeDeploymentProof(deployment, { golden, expected, by: open, compared: null, verdict: "not run" });
    const note = open.never
      ? "No runtime here can open it, so it is not verified: compare its predictions with the notebook's model where it is used."
      : "`npx tunebook verify` verifies it where its runtime is installed.";
    return { proof, notes: [note] };
  }
  try {
    const answers = await withProgressLabel(
      context.hostContext,
      `predictions for generated inputs in ${open.by.title}`,
      () => goldenAnswersOf(open, golden, action.name, { signal: context.signal, expected }),
    );
    const { compared, verdict, found } = judgeAnswers(expected, answers, deployment);
    const proved = { golden, expected, by: open.by, compared, verdict };
    const failed = async (found: readonly string[], scores?: ComparedScores): Promise<never> => {
      await run.proved(makeDeploymentProof(deployment, { ...proved, verdict: "differs", scores }));
      throw new CodedError("proof-failed", {
        model: action.name,
        target: callText(action.target),
        found,
        ...(deployment.written.tolerance === null && { rounded: true as const }),
        runtime: `${open.by.title} ${open.by.version}`,
      });
    };
    const differs = verdict === "differs";
    // For a quantized model, scores on real rows outweigh ten golden inputs, unless its outputs are not numbers.
    if (differs && (deployment.written.tolerance !== null || compared.difference === Infinity))
      return await failed(found);
    const scored = await scoresBeside(work, open);
    const scores = "none" in scored ? undefined : scored;
    const vouched = differs && scores !== undefined && scoresConfirmAgreement(scores, deployment.written);
    if (differs && !vouched) return await failed([...found, ...(scores ? [scoresText(scores)] : [])], scores);
    const failure = scores && scoreDifferenceText(scores, deployment.written);
    if (failure) return await failed([failure], scores);
    const notes = [
      ...("none" in scored ? [`No rows were scored: ${scored.none}.`] : []),
      ...(vouched
        ? [`On generated inputs ${found.join(", ")}; on rows that it was not trained on it predicts well.`]
        : []),
    ];
    return {
      proof: makeDeploymentProof(deployment, {
        ...proved,
        ...(vouched && { verdict: "agrees" as const, vouched }),
        scores,
      }),
      notes,
    };
  } finally {
    await open.model.close();
  }
}

async function scoresBeside(
  { session, action, stage: context, opened }: DeploymentContext,
  open: OpenedDeployment,
): Promise<ComparedScores | { readonly none: string }> {
  if (!open.asking) return { none: "this runtime writes by itself" };
  const rows = await heldOutRowsForDeployment(session, opened, action, context);
  return "none" in rows ? rows : compareDeployedScores(session, opened, open.asking, rows, context);
}

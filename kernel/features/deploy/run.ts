/**
 * `deploy`: plan → the model folder for targets → the target's writer → golden inputs through the target's own runtime
 * → proof. Only a proved deployment is moved to its place; the run records the proof either way.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { CodedError, must } from "#dsl/language/diagnostics/codes.js";
import { wordOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import { readCalibration } from "../../runs/calibration.js";
import { calibrationOf } from "../../inference/fitted-calibration.js";
import { checkFolderExists, diskFullError } from "../../runs/folder-errors.js";
import { chatTemplateIn } from "../../bases/chat-template.js";
import { uncleanedTextsWarning } from "../../data/rows/text-cleaners.js";
import { deploymentView, type DeploymentReport } from "../../display/deployment.js";
import { callText } from "../../host/value-text.js";
import { withProgressLabel } from "../../host/host-context.js";
import { loadImplementation } from "../../host/load-implementation.js";
import type { RuntimeAnswers } from "../../deployments/runtime-answers.js";
import { DEPLOYMENT_FILE, type Deployment } from "../../deployments/deployment.js";
import { fileChecksums } from "../../deployments/files.js";
import { scoreDifferenceText, scoresConfirmAgreement, scoresText } from "../../deployments/rows-tell.js";
import type { GoldenInputs } from "../../deployments/golden.js";
import { cleanUpLeftovers } from "../../deployments/leftovers.js";
import { deploymentHomeOf, targetOutputIn, type DeploymentPlace } from "../../deployments/output.js";
import { expandHome, claimPlace, identityOf, deploymentPlaceAt } from "../../deployments/place.js";
import { PROOF_FILE, proofOf, type DeploymentProof, type ComparedScores } from "../../deployments/proof.js";
import { pushFolder, pushTokenOf } from "../../deployments/pushing/push.js";
import { goldenAnswersOf, judgeAnswers, openDeployment, type OpenedDeployment } from "../../deployments/prove.js";
import { deployAtomically } from "../../deployments/staging.js";
import { licenceForbiddingChanges } from "../../runs/history/base-licence.js";
import { hideLocalPath } from "../../runs/history/card-base.js";
import { calibrationRows } from "../../training-runs/calibration-rows.js";
import { examplesOf } from "./examples.js";
import { expectedOutputs, goldenInputsFor } from "./expected.js";
import { verificationReport, demandCleanData, reportAfterPush } from "./push.js";
import { createModelCard, deploymentReportOf, callWithoutPath } from "./report.js";
import { rowsToScore, compareDeployedScores } from "./scores.js";
import type { DeployAction, DeploymentContext } from "./deployment-context.js";
import { DeploymentRun } from "./deployment-run.js";
import { prepareDeployment } from "./deploy-source.js";
import type { OpenedRun } from "../../models/opened-run.js";
import { modelReopener } from "../../models/reopened-model.js";
import { type ExecutionContext, isVerifying, outputPathFor, warnerAt } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { version } from "../../session/version.js";

export async function runDeploy(session: OpenSession, action: DeployAction, context: ExecutionContext): Promise<void> {
  const { capabilities } = wordOf(session.vocabulary.registry, "target", action.target.word);
  const target = await loadImplementation(action.target, "target");
  const handle = session.models.get(action.name);
  if (handle.weights) checkFolderExists(handle.weights.folder);
  const push = target.pushes?.(action.target) ?? null;
  const verifying = isVerifying(session);
  const token = push && !verifying ? pushTokenOf(push) : null;
  const { plan, labels } = handle.weights ?? { plan: { recipe: { model: handle.plan } }, labels: [] };
  const identity = identityOf({ name: action.name, task: plan.recipe.model.task, labels, target: action.target });
  const path = String(action.target.arguments["path"]);
  const { folder } = context.hostContext;
  const to = verifying ? outputPathFor(session, resolve(folder, expandHome(path))) : path;
  const writes = must(capabilities?.writes, "what a target writes");
  const place = push ? null : deploymentPlaceAt({ ...capabilities, writes }, to, folder);
  if (place) cleanUpLeftovers(dirname(place.path));
  const again = place && (await claimPlace(place, identity, action.overwrite));
  const begun: { run?: DeploymentRun } = {};
  try {
    await session.models.requests.inTurn(handle, context.hostContext, async (opened) => {
      await demandLicence(opened);
      const { weights, engine } = opened;
      warnUncleaned(action, weights.plan.recipe.data.clean, context);
      const { folder: home } = context.hostContext;
      const run = DeploymentRun.begin(session.runs, {
        name: action.name,
        weights,
        target: action.target,
        home,
        engine: engine.info.title,
      });
      begun.run = run;
      const model = await withProgressLabel(context.hostContext, `${action.name} made ready to be written`, () =>
        prepareDeployment(run.source, opened, {
          name: action.name,
          calibration: (rows) => calibrationRows(session, opened, rows, context),
          examples: (most) => examplesOf(session, opened, most, context),
        }),
      );
      // A deployment to be pushed is in the run's folder until then.
      const destination: DeploymentPlace = place ?? { writes: "folder", path: run.pushed };
      const work = { session, action, stage: context, opened, target, place: destination, run, model, again };
      const report = await deployed(work);
      if (push) await demandCleanData(work, push);
      if (push && token !== null) {
        const pushed = await pushFolder(destination.path, push, token, {
          ...context.hostContext,
          signal: context.signal,
        });
        context.screen.display(deploymentView(reportAfterPush(report, action.name, pushed)));
      } else context.screen.display(deploymentView(verifying ? verificationReport(report, push) : report));
      run.end("done");
    });
  } catch (error) {
    const stopped = context.signal?.aborted === true;
    begun.run?.abandon(stopped ? "interrupted" : "failed");
    if (!stopped || error instanceof CodedError) throw diskFullError(error, place?.path ?? path, "deploying") ?? error;
    throw new CodedError("interrupted", { what: `deploying ${action.name}`, kept: "nothing was left there" });
  }
}

/** Warns before anything is written. */
function warnUncleaned({ name, target, span }: DeployAction, clean: readonly Call[], context: ExecutionContext): void {
  const uncleaned = uncleanedTextsWarning(name, clean, `\`${target.word}\``);
  if (uncleaned) warnerAt(context, span)("texts-not-cleaned", uncleaned);
}

async function demandLicence({ base, weights }: OpenedRun): Promise<void> {
  const licence = await licenceForbiddingChanges(base.folder);
  if (licence !== null)
    throw new CodedError("licence-forbids", { base: hideLocalPath(weights.plan.recipe.model.base), licence });
}

async function deployed(work: DeploymentContext): Promise<DeploymentReport> {
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
      () => target.write(action.target, model, targetOutputIn(folder, here, run.source)),
    );
    context.signal?.throwIfAborted();
    const deployment = await describedIn(work, deploymentHomeOf(here), written);
    const { proof, notes } = await provedAt(work, { here, deployment, golden, expected });
    await createModelCard(work, deploymentHomeOf(here), written, proof);
    const whole: DeploymentProof = { ...proof, files: await fileChecksums(here) };
    await run.proved(whole);
    await writeFileAtomic(join(deploymentHomeOf(here), PROOF_FILE), `${JSON.stringify(whole, null, 2)}\n`);
    return deploymentReportOf(work, here, written, proof, notes);
  });
}

/** Writes the description files of the deployment. */
async function describedIn(
  { action, model, opened, run }: DeploymentContext,
  home: string,
  written: DeploymentResult,
): Promise<Deployment> {
  const { recipe } = opened.weights.plan;
  const { template } = recipe.model;
  const fitted = readCalibration(opened.weights.folder, opened.weights.checkpoint.position.step);
  const deployment: Deployment = {
    version: 1,
    name: action.name,
    target: callWithoutPath(action.target),
    family: model.family.word,
    base: hideLocalPath(recipe.model.base),
    task: recipe.model.task,
    technique: recipe.model.technique,
    labels: model.labels,
    roles: model.roles,
    max_length: model.maxLength,
    // If a chat template file is included, runtimes use that instead.
    ...(template !== undefined && { template: chatTemplateIn(run.source) === null ? template : null }),
    ...(fitted && { fitted: calibrationOf(fitted) }),
    clean: recipe.data.clean,
    written,
    tunebook: version,
    ...(!written.graphs && !existsSync(join(home, "config.json")) && { config: model.config }),
  };
  const out = targetOutputIn(home, { writes: "folder", path: home }, "");
  await out.write(DEPLOYMENT_FILE, `${JSON.stringify(deployment, null, 2)}\n`);
  if (written.graphs)
    for (const name of ["config.json", ...model.files])
      if (!existsSync(join(home, name))) await out.write(name, await model.file(name));
  return deployment;
}

/** Opens the written deployment, compares its outputs and scores it. Coded errors `proof-failed`, `runtime-failed`. */
async function provedAt(
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
  const { runtime } = must(wordOf(session.vocabulary.registry, "target", action.target.word).capabilities, "a target");
  const reopen = modelReopener(
    () => Promise.resolve(opened.engine),
    context.hostContext.folder,
    () => Promise.resolve(opened.base),
  );
  const where = { runtime, place: here.path, home: deploymentHomeOf(here), deployment };
  const open = await openDeployment(where, reopen);
  if ("missing" in open) {
    const proof = proofOf(deployment, { golden, expected, by: open, compared: null, verdict: "not run" });
    const note = open.never
      ? "Nothing here opens it, so it isn't proved: ask it what the notebook's model was asked, where it is read."
      : "`npx tunebook verify` proves it where its runtime is.";
    return { proof, notes: [note] };
  }
  try {
    const answers = await withProgressLabel(context.hostContext, `made-up inputs asked in ${open.by.title}`, () =>
      goldenAnswersOf(open, golden, action.name, { signal: context.signal, expected }),
    );
    const { compared, verdict, found } = judgeAnswers(expected, answers, deployment);
    const proved = { golden, expected, by: open.by, compared, verdict };
    const failed = async (found: readonly string[], scores?: ComparedScores): Promise<never> => {
      await run.proved(proofOf(deployment, { ...proved, verdict: "differs", scores }));
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
        ? [`Of made-up inputs ${found.join(", ")}; rows that it did not learn from say that it answers well.`]
        : []),
    ];
    return {
      proof: proofOf(deployment, { ...proved, ...(vouched && { verdict: "agrees" as const, vouched }), scores }),
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
  const rows = await rowsToScore(session, opened, action, context);
  return "none" in rows ? rows : compareDeployedScores(session, opened, open.asking, rows, context);
}

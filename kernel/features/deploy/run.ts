/**
 * `deploy`: plan → the model as targets get it → the target's writer → made-up inputs through the target's own runtime → proof.
 * Only what is proved takes its place; the run keeps the proof either way.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { wordOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Written } from "#stdlib/targets/kind.js";
import { readCalibration } from "../../runs/calibration.js";
import { fittedOf } from "../../inference/fitted-calibration.js";
import { demandThere, full } from "../../runs/folder-errors.js";
import { chatTemplateOf } from "../../bases/chat-template.js";
import { uncleanedTexts } from "../../data/rows/text-cleaners.js";
import { deploymentShown, type DeploymentReport } from "../../display/deployment.js";
import { callText } from "../../host/value-text.js";
import { during } from "../../host/host-context.js";
import { does } from "../../host/load-implementation.js";
import type { Answers } from "../../deployments/runtime-answers.js";
import { DEPLOYMENT, type Deployment } from "../../deployments/deployment.js";
import { checksumsIn } from "../../deployments/files.js";
import { rowsTell, rowsVouch, scoresTold } from "../../deployments/rows-tell.js";
import type { Golden } from "../../deployments/golden.js";
import { settle } from "../../deployments/leftovers.js";
import { homeOf, outputIn, type Place } from "../../deployments/output.js";
import { atHome, claimed, ownOf, placeAt } from "../../deployments/place.js";
import { PROOF, proofOf, type Proof, type ScoredBeside } from "../../deployments/proof.js";
import { pushFolder, tokenOf } from "../../deployments/pushing/push.js";
import { answersOf, judged, openDeployment, type OpenDeployment } from "../../deployments/prove.js";
import { deployedAt } from "../../deployments/staging.js";
import { forbiddingLicence } from "../../runs/history/base-licence.js";
import { withoutPlace } from "../../runs/history/card-base.js";
import { calibration } from "../../training-runs/calibration-rows.js";
import { examplesOf } from "./examples.js";
import { expectedOf, goldenFor } from "./expected.js";
import { asideReport, demandClean, pushedReport } from "./push.js";
import { cardIn, reportOf, withoutPath } from "./report.js";
import { rowsToScore, scoredBeside } from "./scores.js";
import type { Deploy, Work } from "./work.js";
import { DeploymentRun } from "./deployment-run.js";
import { deploySource } from "./deploy-source.js";
import type { Opened } from "../../models/opened-run.js";
import { reopening } from "../../models/reopened-model.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { isVerifying, placeFor } from "../../session/verifying.js";
import { version } from "../../session/version.js";
import { warningsOn } from "../../session/warnings.js";

export async function runDeploy(session: OpenSession, action: Deploy, stage: Stage): Promise<void> {
  const { capabilities } = wordOf(session.vocabulary.registry, "target", action.target.word);
  const target = await does(action.target, "target");
  const handle = session.models.get(action.name);
  if (handle.weights) demandThere(handle.weights.folder);
  const push = target.pushes?.(action.target) ?? null;
  const verifying = isVerifying(session);
  const token = push && !verifying ? tokenOf(push) : null;
  const { plan, labels } = handle.weights ?? { plan: { recipe: { model: handle.plan } }, labels: [] };
  const own = ownOf({ name: action.name, task: plan.recipe.model.task, labels, target: action.target });
  const path = String(action.target.arguments["path"]);
  const { folder } = stage.hostContext;
  const to = verifying ? placeFor(session, resolve(folder, atHome(path))) : path;
  const writes = must(capabilities?.writes, "what a target writes");
  const place = push ? null : placeAt({ ...capabilities, writes }, to, folder);
  if (place) settle(dirname(place.path));
  const again = place && (await claimed(place, own, action.overwrite));
  const begun: { run?: DeploymentRun } = {};
  try {
    await session.models.inTurn(handle, stage.hostContext, async (opened) => {
      await demandLicence(opened);
      const { weights, engine } = opened;
      warnUncleaned(action, weights.plan.recipe.data.clean, stage);
      const { folder: home } = stage.hostContext;
      const run = DeploymentRun.begin(session.runs, {
        name: action.name,
        weights,
        target: action.target,
        home,
        engine: engine.info.title,
      });
      begun.run = run;
      const model = await during(stage.hostContext, `${action.name} made ready to be written`, () =>
        deploySource(run.source, opened, {
          name: action.name,
          calibration: (rows) => calibration(session, opened, rows, stage),
          examples: (most) => examplesOf(session, opened, most, stage),
        }),
      );
      // What is pushed lies with the run until it is.
      const at: Place = place ?? { writes: "folder", path: run.pushed };
      const work = { session, action, stage, opened, target, place: at, run, model, again };
      const report = await deployed(work);
      if (push) await demandClean(work, push);
      if (push && token !== null) {
        const pushed = await pushFolder(at.path, push, token, { ...stage.hostContext, signal: stage.signal });
        stage.screen.display(deploymentShown(pushedReport(report, action.name, pushed)));
      } else stage.screen.display(deploymentShown(verifying ? asideReport(report, push) : report));
      run.end("done");
    });
  } catch (error) {
    const stopped = stage.signal?.aborted === true;
    begun.run?.abandon(stopped ? "interrupted" : "failed");
    if (!stopped || error instanceof CodedError) throw full(error, place?.path ?? path, "deploying") ?? error;
    throw new CodedError("interrupted", { what: `deploying ${action.name}`, kept: "nothing was left there" });
  }
}

/** Said before anything is written. */
function warnUncleaned({ name, target, span }: Deploy, clean: readonly Call[], stage: Stage): void {
  const uncleaned = uncleanedTexts(name, clean, `\`${target.word}\``);
  if (uncleaned) warningsOn(stage, span)("texts-not-cleaned", uncleaned);
}

async function demandLicence({ base, weights }: Opened): Promise<void> {
  const licence = await forbiddingLicence(base.folder);
  if (licence !== null)
    throw new CodedError("licence-forbids", { base: withoutPlace(weights.plan.recipe.model.base), licence });
}

async function deployed(work: Work): Promise<DeploymentReport> {
  const { action, stage, opened, target, place, run, model, again } = work;
  const refused = (await target.refuses?.(action.target, model)) ?? null;
  if (refused !== null)
    throw new CodedError("cannot-deploy", {
      model: action.name,
      target: callText(action.target),
      ...(typeof refused === "string" ? { why: refused } : refused),
    });
  const golden = await goldenFor(action, opened, model, target.room?.(action.target, model) ?? Infinity);
  const expected = await expectedOf(opened, golden, action.name, stage);
  return deployedAt(place, again ?? (() => Promise.resolve()), async (folder) => {
    // A folder is written as a whole; a file among others, in a folder that stands for theirs.
    const here: Place = { ...place, path: place.writes === "folder" ? folder : join(folder, basename(place.path)) };
    const written = await during(stage.hostContext, `${action.name} written as ${action.target.word}`, () =>
      target.write(action.target, model, outputIn(folder, here, run.source)),
    );
    stage.signal?.throwIfAborted();
    const deployment = await describedIn(work, homeOf(here), written);
    const { proof, notes } = await provedAt(work, { here, deployment, golden, expected });
    await cardIn(work, homeOf(here), written, proof);
    const whole: Proof = { ...proof, files: await checksumsIn(here) };
    await run.proved(whole);
    await writeFileAtomic(join(homeOf(here), PROOF), `${JSON.stringify(whole, null, 2)}\n`);
    return reportOf(work, here, written, proof, notes);
  });
}

/** What travels with the files. */
async function describedIn({ action, model, opened, run }: Work, home: string, written: Written): Promise<Deployment> {
  const { recipe } = opened.weights.plan;
  const { template } = recipe.model;
  const fitted = readCalibration(opened.weights.folder, opened.weights.checkpoint.position.step);
  const deployment: Deployment = {
    version: 1,
    name: action.name,
    target: withoutPath(action.target),
    family: model.family.word,
    base: withoutPlace(recipe.model.base),
    task: recipe.model.task,
    technique: recipe.model.technique,
    labels: model.labels,
    roles: model.roles,
    max_length: model.maxLength,
    // Where its template lies beside it, that is what it is asked by.
    ...(template !== undefined && { template: chatTemplateOf(run.source) === null ? template : null }),
    ...(fitted && { fitted: fittedOf(fitted) }),
    clean: recipe.data.clean,
    written,
    tunebook: version,
    ...(!written.graphs && !existsSync(join(home, "config.json")) && { config: model.config }),
  };
  const out = outputIn(home, { writes: "folder", path: home }, "");
  await out.write(DEPLOYMENT, `${JSON.stringify(deployment, null, 2)}\n`);
  if (written.graphs)
    for (const name of ["config.json", ...model.files])
      if (!existsSync(join(home, name))) await out.write(name, await model.file(name));
  return deployment;
}

/** Opens what was written, asks it, scores it. Coded errors `proof-failed`, `runtime-failed`. */
async function provedAt(
  work: Work,
  o: { readonly here: Place; readonly deployment: Deployment; readonly golden: Golden; readonly expected: Answers },
): Promise<{ readonly proof: Proof; readonly notes: readonly string[] }> {
  const { session, action, stage, opened, run } = work;
  const { deployment, golden, expected, here } = o;
  const { runtime } = must(wordOf(session.vocabulary.registry, "target", action.target.word).capabilities, "a target");
  const reopen = reopening(
    () => Promise.resolve(opened.engine),
    stage.hostContext.folder,
    () => Promise.resolve(opened.base),
  );
  const where = { runtime, place: here.path, home: homeOf(here), deployment };
  const open = await openDeployment(where, reopen);
  if ("missing" in open) {
    const proof = proofOf(deployment, { golden, expected, by: open, compared: null, verdict: "not run" });
    const note = open.never
      ? "Nothing here opens it, so it isn't proved: ask it what the notebook's model was asked, where it is read."
      : "`npx tunebook verify` proves it where its runtime is.";
    return { proof, notes: [note] };
  }
  try {
    const answers = await during(stage.hostContext, `made-up inputs asked in ${open.by.title}`, () =>
      answersOf(open, golden, action.name, { signal: stage.signal, expected }),
    );
    const { compared, verdict, found } = judged(expected, answers, deployment);
    const proved = { golden, expected, by: open.by, compared, verdict };
    const failed = async (found: readonly string[], scores?: ScoredBeside): Promise<never> => {
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
    // Of a rounded model rows say more than ten made-up inputs, unless what it says are no numbers.
    if (differs && (deployment.written.tolerance !== null || compared.difference === Infinity))
      return await failed(found);
    const scored = await scoresBeside(work, open);
    const scores = "none" in scored ? undefined : scored;
    const vouched = differs && scores !== undefined && rowsVouch(scores, deployment.written);
    if (differs && !vouched) return await failed([...found, ...(scores ? [scoresTold(scores)] : [])], scores);
    const told = scores && rowsTell(scores, deployment.written);
    if (told) return await failed([told], scores);
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
  { session, action, stage, opened }: Work,
  open: OpenDeployment,
): Promise<ScoredBeside | { readonly none: string }> {
  if (!open.asking) return { none: "this runtime writes by itself" };
  const rows = await rowsToScore(session, opened, action, stage);
  return "none" in rows ? rows : scoredBeside(session, opened, open.asking, rows, stage);
}

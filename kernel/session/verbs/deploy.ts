/**
 * `deploy`: plan → the model as targets get it → the target's writer → made-up inputs through the target's own runtime → proof.
 * Only what is proved takes its place; the run keeps the proof either way.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import { wordOf } from "#dsl/types/loaded.js";
import type { Action } from "#dsl/plan/plan.js";
import type { Call } from "#dsl/types/value.js";
import type { Deployed, TargetImplementation, Written } from "#stdlib/kinds/target.js";
import { licenceOf, forbidsChanges } from "../../bases/licence.js";
import { deploymentShown, type DeploymentReport } from "../../core/display/deployment.js";
import { bytes } from "../../core/display/text.js";
import { callText } from "../../core/display/value-text.js";
import { during } from "../../core/session/host-context.js";
import { does } from "../../core/session/words.js";
import { asked, type Answers } from "../../deploying/asked.js";
import { DEPLOYMENT, type Deployment } from "../../deploying/deployment.js";
import { fitting } from "../../deploying/fitting.js";
import { goldenOf, type Golden } from "../../deploying/golden.js";
import { homeOf, outputIn, type Place } from "../../deploying/output.js";
import { PROOF, proofOf, type Proof, type ScoredBeside } from "../../deploying/proof.js";
import { answersOf, judged, openDeployment, type OpenDeployment } from "../../deploying/prove.js";
import { checksOf, proofLines, scoresOf, verdictText } from "../../deploying/report.js";
import { demandPlace, deployedAt } from "../../deploying/staging.js";
import { describeIn, savedAs } from "../../history/described.js";
import { withoutPlace } from "../../history/card-base.js";
import { RunFolder } from "../../artifacts/run-folder.js";
import { encodeSplit } from "../../encoding/encoded.js";
import { encodingOf } from "../../encoding/encoding.js";
import { tokensAt } from "../../core/data/token-rows.js";
import { readerOf } from "#dsl/types/subject.js";
import { splitNamesOf } from "../../core/data/prepared.js";
import { rowsToScore, scoredBeside } from "./deploy-scores.js";
import { DeploymentRun } from "../deployment-run.js";
import { deploySource } from "../deploy-source.js";
import { writesText } from "../model-handle.js";
import type { Opened } from "../opened.js";
import { reopening } from "../reopened.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { version } from "../version.js";

type Deploy = Extract<Action, { verb: "deploy" }>;

/** What a deployment is made of, the same from its beginning to its end. */
interface Work {
  readonly session: TuneSession;
  readonly action: Deploy;
  readonly stage: Stage;
  readonly opened: Opened;
  readonly target: TargetImplementation;
  readonly place: Place;
  readonly run: DeploymentRun;
  readonly model: Deployed;
}

export async function runDeploy(session: TuneSession, action: Deploy, stage: Stage): Promise<void> {
  const { capabilities } = wordOf(session.vocabulary.registry, "target", action.target.word);
  const place = placeOf(action.target, must(capabilities, "what a target writes"), stage.hostContext.folder);
  const target = await does(action.target, "target");
  const handle = session.models.get(action.name);
  demandPlace(place, action.name, action.overwrite);
  await session.models.inTurn(handle, stage.hostContext, async (opened) => {
    demandLicence(opened);
    const { weights, engine } = opened;
    const { folder: home } = stage.hostContext;
    const run = DeploymentRun.begin(session.runs, {
      ...{ name: action.name, weights, target: action.target, home, engine: engine.info.title },
    });
    try {
      const model = await during(stage.hostContext, `${action.name} made ready to be written`, () =>
        deploySource(run.source, opened, (rows) => calibration(session, opened, rows, stage)),
      );
      await deployed({ session, action, stage, opened, target, place, run, model });
      run.end("done");
    } catch (error) {
      run.end(stage.signal?.aborted ? "interrupted" : "failed");
      throw error;
    }
  });
}

/** Coded error `wrong-ending`. */
function placeOf(
  target: Call,
  { writes, ending }: { readonly writes: Place["writes"]; readonly ending?: string },
  folder: string,
): Place {
  const path = String(target.arguments["path"]);
  if (ending !== undefined && !path.endsWith(ending)) throw new CodedError("wrong-ending", { place: path, ending });
  return { writes, path: resolve(folder, path) };
}

function demandLicence({ base, weights }: Opened): void {
  const licence = licenceOf(base);
  if (licence !== null && forbidsChanges(licence))
    throw new CodedError("licence-forbids", { base: withoutPlace(weights.plan.recipe.model.base), licence });
}

async function deployed(work: Work): Promise<void> {
  const { session, action, stage, opened, target, place, run, model } = work;
  const refused = (await target.refuses?.(action.target, model)) ?? null;
  if (refused !== null)
    throw new CodedError("cannot-deploy", { model: action.name, target: callText(action.target), why: refused });
  const golden = await goldenFor(opened, model);
  const { weights, open, base, tokenizer } = opened;
  const notebook = { plan: weights.plan, labels: weights.labels, session: open.session, base, tokenizer };
  const expected = await during(stage.hostContext, "made-up inputs asked of the notebook's model", () =>
    asked(notebook, golden, action.name, stage.signal),
  );
  const report = await deployedAt(place, async (folder) => {
    // A folder is written as a whole; a file among others, in a folder that stands for theirs.
    const here: Place = { ...place, path: place.writes === "folder" ? folder : join(folder, basename(place.path)) };
    const written = await during(stage.hostContext, `${action.name} written as ${action.target.word}`, () =>
      target.write(action.target, model, outputIn(folder, here, run.source)),
    );
    stage.signal?.throwIfAborted();
    const deployment = await describedIn(work, homeOf(here), written);
    const { proof, notes } = await provedAt(work, { here, deployment, golden, expected });
    await run.proved(proof);
    await writeFileAtomic(join(homeOf(here), PROOF), `${JSON.stringify(proof, null, 2)}\n`);
    await cardIn(work, homeOf(here), written, proof);
    return reportOf(work, here, written, proof, notes);
  });
  stage.screen.display(deploymentShown(report));
  const pushed = target.pushes?.(action.target) ?? null;
  if (pushed) session.names.remove(""); // replaced when push is built
}

/** What travels with the files. */
async function describedIn({ action, model, opened }: Work, home: string, written: Written): Promise<Deployment> {
  const { recipe } = opened.weights.plan;
  const { template } = recipe.model;
  const deployment: Deployment = {
    version: 1,
    ...{ name: action.name, target: withoutPath(action.target), family: model.family.word },
    ...{ base: withoutPlace(recipe.model.base), task: recipe.model.task, technique: recipe.model.technique },
    ...{ labels: model.labels, roles: model.roles, max_length: model.maxLength },
    ...(template !== undefined && { template }),
    ...{ clean: recipe.data.clean, written, tunebook: version },
    ...(!written.graphs && !existsSync(join(home, "config.json")) && { config: model.config }),
  };
  const out = outputIn(home, { writes: "folder", path: home }, "");
  await out.write(DEPLOYMENT, `${JSON.stringify(deployment, null, 2)}\n`);
  if (written.graphs)
    for (const name of ["config.json", ...model.files])
      if (!existsSync(join(home, name))) await out.write(name, await model.file(name));
  return deployment;
}
/** Where it was written first is nobody's affair. */
function withoutPath({ arguments: { path, ...rest }, ...call }: Call): Call {
  return { ...call, arguments: { path: withoutPlace(String(path)), ...rest } };
}

async function goldenFor({ weights, tokenizer }: Opened, { chat, parts }: Deployed): Promise<Golden> {
  const { model, data } = weights.plan.recipe;
  const { answers } = await does(model.task, "task");
  const masked = answers?.places !== undefined && tokenizer.mask !== null && !("context" in data.columns);
  const golden = goldenOf({
    maxLength: model.max_length,
    roles: Object.keys(data.columns),
    mask: masked ? (tokenizer.tokens(Int32Array.of(tokenizer.mask))[0] ?? null) : null,
    writes: !writesText(model) ? false : model.template !== undefined ? "turns" : "texts",
  });
  if (golden.is === "asked") return golden;
  const { family, config, technique } = parts;
  const taken = technique.implementation.virtual?.(technique.call).positions ?? 0;
  const positions = family.shape === "encoder-decoder" ? Infinity : family.sizes(config).positions - taken;
  return fitting(golden, { chat, tokenizer, positions });
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
    return { proof, notes: [`\`npx tunebook verify\` proves it where its runtime is`] };
  }
  try {
    const answers = await during(stage.hostContext, `made-up inputs asked in ${open.by.title}`, () =>
      answersOf(open, golden, action.name, stage.signal),
    );
    const { compared, verdict, found } = judged(expected, answers, deployment);
    const proved = { golden, expected, by: open.by, compared, verdict };
    if (verdict === "differs") {
      await run.proved(proofOf(deployment, proved));
      throw new CodedError("proof-failed", {
        ...{ model: action.name, target: callText(action.target), found },
        runtime: `${open.by.title} ${open.by.version}`,
      });
    }
    const scored = await scoresBeside(work, open);
    const scores = "none" in scored ? undefined : scored;
    const notes = "none" in scored ? [`No rows were scored: ${scored.none}.`] : [];
    return { proof: proofOf(deployment, { ...proved, scores }), notes };
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

async function cardIn(work: Work, home: string, written: Written, proof: Proof): Promise<void> {
  const { opened, action, target, model } = work;
  const { plan, events, checkpoint, data, folder } = opened.weights;
  const whole = existsSync(join(home, "model.safetensors"));
  const adapter = existsSync(join(home, "adapter_config.json"));
  await describeIn(home, {
    ...{ plan, events, checkpoint, data, run: RunFolder.open(folder) },
    saved: whole ? "whole" : adapter ? savedAs(opened.open.adapter) : "model",
    deployed: {
      target: callText(withoutPath(action.target)),
      proof: proofLines(proof),
      left: leftOf(work, written).map(({ part, instead }) => [part, instead]),
      calls: target.calls(action.target, model, withoutPlace(String(action.target.arguments["path"]))),
    },
  });
}

/** What of the model is not in the files, whatever the format. */
function leftOf({ opened }: Pick<Work, "opened">, written: Written): NonNullable<Written["left"]> {
  const { clean } = opened.weights.plan.recipe.data;
  const words = clean.map(callText);
  return [
    ...(written.left ?? []),
    ...(words.length > 0
      ? [
          {
            part: `cleaning of the training rows (${words.join(", ")})`,
            instead: "treat texts so before they are asked",
          },
        ]
      : []),
  ];
}

function reportOf(work: Work, here: Place, written: Written, proof: Proof, notes: readonly string[]): DeploymentReport {
  const { action, target, model } = work;
  const at = String(action.target.arguments["path"]);
  return {
    title: `${action.name} deployed to ${at}`,
    about: [
      callText({ ...action.target, arguments: without(action.target.arguments, "path") }),
      bytes(sizeOf(here.path)),
      ...(proof.runtime ? [`${proof.runtime.title} ${proof.runtime.version}`] : []),
      verdictText(proof),
    ],
    checks: checksOf(proof),
    ...scoresOf(proof.scores),
    notes: [
      ...(written.rounded === undefined ? [] : [`Rounded: ${written.rounded}.`]),
      ...leftOf(work, written).map(({ part, instead }) => `Not in the files: ${part}; ${instead}.`),
      ...notes,
    ],
    calls: target.calls(action.target, model, at),
  };
}
const without = (args: Call["arguments"], name: string): Call["arguments"] =>
  Object.fromEntries(Object.entries(args).filter(([key]) => key !== name));

function sizeOf(path: string): number {
  const at = statSync(path);
  if (!at.isDirectory()) return at.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

/** Token ids of rows that it was trained on, evenly taken; none where its data can't be read any more. */
async function calibration(
  session: TuneSession,
  { weights, base, tokenizer }: Opened,
  rows: number,
  stage: Stage,
): Promise<readonly Int32Array[]> {
  const { plan, labels } = weights;
  const { data, model } = plan.recipe;
  const prepared = await session.datasets.data(data, readerOf(model), stage.hostContext);
  const encoding = await encodingOf(plan, base, tokenizer, labels, model.name);
  const split = splitNamesOf(prepared).includes("train") ? "train" : "all";
  const { ids, count } = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const n = Math.min(rows, count);
  return Array.from({ length: n }, (_, i) => tokensAt(ids, Math.floor((i * count) / n)));
}

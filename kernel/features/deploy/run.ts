/**
 * `deploy`: plan → the model folder for targets → the target's writer → golden inputs through the target's own runtime
 * → proof. A deployment whose answers differ is not moved to its place; its proof is in the run. If the runtime is not
 * installed, the deployment is written with the verdict `not run`.
 */
import { resolve } from "node:path";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import { checkFolderExists, diskFullError } from "../../runs/folder-errors.js";
import { deploymentView } from "../../display/deployment.js";
import { withProgressLabel } from "../../host/host-context.js";
import { loadImplementation } from "../../host/load-implementation.js";
import type { DeploymentPlace } from "../../deployments/output.js";
import {
  expandHome,
  checkPlaceWithRecheck,
  deploymentIdentityOf,
  deploymentPlaceAt,
} from "../../deployments/deployment-folder.js";
import { pushTokenOf } from "../../deployments/pushing/push.js";
import { calibrationRows } from "../../training-runs/calibration-rows.js";
import { examplesForDeployment } from "./examples.js";
import {
  verificationReport,
  demandNoFindingsBeforePush,
  demandLicencePermitsChanges,
  pushDeployment,
  warnOfUncleanedTexts,
} from "./push.js";
import type { DeployAction } from "./deployment-context.js";
import { DeploymentRun } from "./deployment-run.js";
import { prepareModelForDeployment } from "./deploy-source.js";
import { writeDeployment } from "./written-deployment.js";
import { type ExecutionContext, isVerifying, outputPathFor } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export async function runDeploy(session: OpenSession, action: DeployAction, context: ExecutionContext): Promise<void> {
  const { capabilities } = mustFindWord(session.vocabulary.registry, "target", action.target.word);
  const target = await loadImplementation(action.target, "target");
  const handle = session.models.get(action.name);
  if (handle.weights) checkFolderExists(handle.weights.folder);
  const push = target.pushes?.(action.target) ?? null;
  const verifying = isVerifying(session);
  const token = push && !verifying ? pushTokenOf(push) : null;
  const { plan, labels } = handle.weights ?? { plan: { recipe: { model: handle.plan } }, labels: [] };
  const identity = deploymentIdentityOf({
    name: action.name,
    task: plan.recipe.model.task,
    labels,
    target: action.target,
  });
  const path = String(action.target.arguments["path"]);
  const { folder } = context.hostContext;
  const to = verifying ? outputPathFor(session, resolve(folder, expandHome(path))) : path;
  const writes = mustExist(capabilities?.writes, "the target's output");
  const place = push ? null : deploymentPlaceAt({ ...capabilities, writes }, to, folder);
  const again = place && (await checkPlaceWithRecheck(place, identity, action.overwrite));
  const begun: { run?: DeploymentRun } = {};
  try {
    await session.models.requests.inTurn(handle, context.hostContext, async (opened) => {
      await demandLicencePermitsChanges(opened);
      const { weights, engine } = opened;
      warnOfUncleanedTexts(action, weights.plan.recipe.data.clean, context);
      const { folder: home } = context.hostContext;
      const run = DeploymentRun.begin(session.runs, {
        name: action.name,
        weights,
        target: action.target,
        home,
        engine: engine.info.title,
      });
      begun.run = run;
      if (push) await demandNoFindingsBeforePush({ session, opened, stage: context }, push);
      const model = await withProgressLabel(context.hostContext, `${action.name} prepared for writing`, () =>
        prepareModelForDeployment(run.source, opened, {
          name: action.name,
          calibration: (rows) => calibrationRows(session, opened, rows, context),
          examples: (most) => examplesForDeployment(session, opened, most, context),
        }),
      );
      // A deployment to be pushed is in the run's folder until then.
      const destination: DeploymentPlace = place ?? { writes: "folder", path: run.pushed };
      const work = { session, action, stage: context, opened, target, place: destination, run, model, again };
      const report = await writeDeployment(work);
      const shown =
        push && token !== null
          ? await pushDeployment(work, { push, token }, report)
          : verifying
            ? verificationReport(report, push)
            : report;
      context.screen.display(deploymentView(shown));
      run.end("done");
    });
  } catch (error) {
    const stopped = context.signal?.aborted === true;
    begun.run?.abandon(stopped ? "interrupted" : "failed");
    if (!stopped || error instanceof CodedError) throw diskFullError(error, place?.path ?? path, "deploying") ?? error;
    throw new CodedError("interrupted", { what: `deploying ${action.name}`, kept: "nothing was left there" });
  }
}

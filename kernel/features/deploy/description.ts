/** The files that describe a deployment: `tunebook.json`, the model's config, and the files that its graphs need. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import { readCalibration } from "../../runs/calibration.js";
import { calibrationValuesOf } from "../../inference/fitted-calibration.js";
import { chatTemplateIn } from "../../bases/chat-template.js";
import { DEPLOYMENT_FILE, type Deployment } from "../../deployments/deployment.js";
import { targetWriterIn } from "../../deployments/output.js";
import { hideLocalPath } from "../../runs/history/card-base.js";
import { callWithoutPath } from "./report.js";
import type { DeploymentContext } from "./deployment-context.js";
import { version } from "../../session/version.js";

/** Writes the description files of the deployment. */
export async function writeDeploymentDescription(
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
    ...(fitted && { fitted: calibrationValuesOf(fitted) }),
    clean: recipe.data.clean,
    written,
    tunebook: version,
    ...(!written.graphs && !existsSync(join(home, "config.json")) && { config: model.config }),
  };
  const out = targetWriterIn(home, { writes: "folder", path: home }, "");
  await out.write(DEPLOYMENT_FILE, `${JSON.stringify(deployment, null, 2)}\n`);
  if (written.graphs)
    for (const name of ["config.json", ...model.files])
      if (!existsSync(join(home, name))) await out.write(name, await model.file(name));
  return deployment;
}

/** A deployment as text: its model card and its cell output. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Call } from "#dsl/language/types/value.js";
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import { readCalibration } from "../../runs/calibration.js";
import { calibrationText } from "../../inference/fitted-calibration.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { DeploymentReport } from "../../display/deployment.js";
import { byteSizeText, callText } from "../../host/value-text.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import { textCleaners } from "../../data/rows/text-cleaners.js";
import { chatTemplateIn } from "../../bases/chat-template.js";
import type { DeploymentPlace } from "../../deployments/output.js";
import { expandHome } from "../../deployments/deployment-folder.js";
import type { DeploymentProof } from "../../deployments/proof.js";
import { checksForReport, proofCardLines, scoresForReport, verdictText } from "../../deployments/report.js";
import { hideLocalPath } from "../../runs/history/card-base.js";
import { writeModelCardOfRun, savedFormatOf } from "../../runs/history/run-description.js";
import type { DeploymentContext } from "./deployment-context.js";

export async function createModelCard(
  work: DeploymentContext,
  home: string,
  written: DeploymentResult,
  proof: DeploymentProof,
): Promise<void> {
  const { opened, action, target, model } = work;
  const { plan, events, checkpoint, data, folder } = opened.weights;
  const whole = existsSync(join(home, "model.safetensors"));
  const adapter = existsSync(join(home, "adapter_config.json"));
  await writeModelCardOfRun(home, {
    plan,
    events,
    checkpoint,
    data,
    run: RunFolder.open(folder),
    saved: whole ? "whole" : adapter ? savedFormatOf(opened.open.folder.adapter) : "model",
    deployed: {
      target: callText(callWithoutPath(action.target)),
      format: action.target.word,
      library: mustFindWord(work.session.vocabulary.registry, "target", action.target.word).capabilities?.library,
      licence: model.origin.licence,
      proof: proofCardLines(proof),
      left: leftOf(work, written).map(({ part, instead }) => [part, instead]),
      calls: target.calls(action.target, model, hideLocalPath(String(action.target.arguments["path"]))),
    },
  });
}

/** Files contain the model as trained: calibrations fitted later apply to its logits. */
function fittedLeft({ temperature, thresholds }: FittedCalibration): NonNullable<DeploymentResult["left"]> {
  return [
    ...(temperature === undefined
      ? []
      : [
          {
            part: `the ${calibrationText({ temperature })} that was fitted to validation`,
            instead: "divide the logits by it (`fitted` in tunebook.json)",
          },
        ]),
    ...(thresholds === undefined
      ? []
      : [
          {
            part: `the ${calibrationText({ thresholds })} fitted to validation`,
            instead: "predict a label if its probability is at least this (`fitted` in tunebook.json)",
          },
        ]),
  ];
}

/** Parts of the model that the files lack, in any format. */
function leftOf(
  { opened, run }: Pick<DeploymentContext, "opened" | "run">,
  written: DeploymentResult,
): NonNullable<DeploymentResult["left"]> {
  const words = textCleaners(opened.weights.plan.recipe.data.clean).map(callText);
  const { template } = opened.weights.plan.recipe.model;
  const { folder, checkpoint } = opened.weights;
  const fitted = readCalibration(folder, checkpoint.position.step);
  const untold = template && chatTemplateIn(run.source) === null;
  return [
    ...(written.left ?? []),
    ...(untold ? [{ part: `the template ${template.word}`, instead: "write conversations as the notebook does" }] : []),
    ...(fitted && !written.holdsFitted ? fittedLeft(fitted) : []),
    ...(words.length > 0
      ? [
          {
            part: `cleaning of texts (${words.join(", ")})`,
            instead: "clean texts in the same way before prediction",
          },
        ]
      : []),
  ];
}

export function deploymentReportOf(
  work: DeploymentContext,
  here: DeploymentPlace,
  written: DeploymentResult,
  proof: DeploymentProof,
  notes: readonly string[],
): DeploymentReport {
  const { action, target, model } = work;
  const path = String(action.target.arguments["path"]);
  return {
    title: `${action.name} deployed to ${path}`,
    about: [
      callText({ ...action.target, arguments: without(action.target.arguments, "path") }),
      byteSizeText(sizeOf(here.path)),
      ...(proof.runtime ? [`${proof.runtime.title} ${proof.runtime.version}`] : []),
      verdictText(proof),
    ],
    checks: checksForReport(proof),
    ...scoresForReport(proof.scores),
    notes: [
      ...(written.rounded === undefined ? [] : [`Rounded: ${written.rounded}.`]),
      ...leftOf(work, written).map(({ part, instead }) => `Not in the files: ${part}; ${instead}.`),
      ...notes,
    ],
    calls: target.calls(action.target, model, expandHome(path)),
  };
}
const without = (args: Call["arguments"], name: string): Call["arguments"] =>
  Object.fromEntries(Object.entries(args).filter(([key]) => key !== name));

function sizeOf(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

/** Hides the local path: the original output folder is private. */
export function callWithoutPath({ arguments: { path, ...rest }, ...call }: Call): Call {
  return { ...call, arguments: { path: hideLocalPath(String(path)), ...rest } };
}

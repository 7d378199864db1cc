/** A deployment in words: its model card, and what its cell shows. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Call } from "#dsl/language/types/value.js";
import type { Written } from "#stdlib/targets/kind.js";
import { readCalibration } from "../../runs/calibration.js";
import { toldFitted } from "../../inference/fitted-calibration.js";
import type { Fitted } from "#stdlib/calibrations/kind.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { DeploymentReport } from "../../display/deployment.js";
import { bytes } from "../../host/text.js";
import { wordOf } from "#dsl/language/types/loaded.js";
import { textCleaners } from "../../data/rows/text-cleaners.js";
import { callText } from "../../host/value-text.js";
import { chatTemplateOf } from "../../bases/chat-template.js";
import type { Place } from "../../deployments/output.js";
import { atHome } from "../../deployments/place.js";
import type { Proof } from "../../deployments/proof.js";
import { checksOf, proofLines, scoresOf, verdictText } from "../../deployments/report.js";
import { withoutPlace } from "../../runs/history/card-base.js";
import { describeIn, savedAs } from "../../runs/history/run-description.js";
import type { Work } from "./work.js";

export async function cardIn(work: Work, home: string, written: Written, proof: Proof): Promise<void> {
  const { opened, action, target, model } = work;
  const { plan, events, checkpoint, data, folder } = opened.weights;
  const whole = existsSync(join(home, "model.safetensors"));
  const adapter = existsSync(join(home, "adapter_config.json"));
  await describeIn(home, {
    plan,
    events,
    checkpoint,
    data,
    run: RunFolder.open(folder),
    saved: whole ? "whole" : adapter ? savedAs(opened.open.adapter) : "model",
    deployed: {
      target: callText(withoutPath(action.target)),
      format: action.target.word,
      library: wordOf(work.session.vocabulary.registry, "target", action.target.word).capabilities?.library,
      licence: model.origin.licence,
      proof: proofLines(proof),
      left: leftOf(work, written).map(({ part, instead }) => [part, instead]),
      calls: target.calls(action.target, model, withoutPlace(String(action.target.arguments["path"]))),
    },
  });
}

/** Files hold the model as it was trained: what was fitted afterwards follows its logits. */
function fittedLeft({ temperature, thresholds }: Fitted): NonNullable<Written["left"]> {
  return [
    ...(temperature === undefined
      ? []
      : [
          {
            part: `the ${toldFitted({ temperature })} that was fitted to validation`,
            instead: "divide the logits by it (`fitted` in tunebook.json)",
          },
        ]),
    ...(thresholds === undefined
      ? []
      : [
          {
            part: `the ${toldFitted({ thresholds })} fitted to validation`,
            instead: "give a label where it is at least so likely (`fitted` in tunebook.json)",
          },
        ]),
  ];
}

/** What of the model is not in the files, whatever the format. */
function leftOf({ opened, run }: Pick<Work, "opened" | "run">, written: Written): NonNullable<Written["left"]> {
  const words = textCleaners(opened.weights.plan.recipe.data.clean).map(callText);
  const { template } = opened.weights.plan.recipe.model;
  const { folder, checkpoint } = opened.weights;
  const fitted = readCalibration(folder, checkpoint.position.step);
  const untold = template && chatTemplateOf(run.source) === null;
  return [
    ...(written.left ?? []),
    ...(untold ? [{ part: `the template ${template.word}`, instead: "write conversations as the notebook does" }] : []),
    ...(fitted && !written.holdsFitted ? fittedLeft(fitted) : []),
    ...(words.length > 0
      ? [
          {
            part: `cleaning of texts (${words.join(", ")})`,
            instead: "clean texts in the same way before you ask about them",
          },
        ]
      : []),
  ];
}

export function reportOf(
  work: Work,
  here: Place,
  written: Written,
  proof: Proof,
  notes: readonly string[],
): DeploymentReport {
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
    calls: target.calls(action.target, model, atHome(at)),
  };
}
const without = (args: Call["arguments"], name: string): Call["arguments"] =>
  Object.fromEntries(Object.entries(args).filter(([key]) => key !== name));

function sizeOf(path: string): number {
  const at = statSync(path);
  if (!at.isDirectory()) return at.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

/** Where it was written first is nobody's affair. */
export function withoutPath({ arguments: { path, ...rest }, ...call }: Call): Call {
  return { ...call, arguments: { path: withoutPlace(String(path)), ...rest } };
}

/** What each verb does, keyed by verb; the compiler hands over checked actions. */
import type { Action } from "#dsl/plan/plan.js";
import { runAuto } from "../auto/run-auto.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { runAnnotate } from "./annotate.js";
import { runAttach } from "./attach.js";
import { runCompress } from "./compress.js";
import { runData } from "./data.js";
import { runDeploy } from "./deploy.js";
import { runEngine } from "./engine.js";
import { runEvaluate } from "./evaluate.js";
import { runExperiment } from "./experiment.js";
import { runFederate } from "./federate.js";
import { runModel } from "./model.js";
import { runParameters } from "./parameters.js";
import { runPredict } from "./predict.js";
import { runRecipe } from "./recipe.js";
import { runReport } from "./report.js";
import { runServe } from "./serve.js";
import { runShow } from "./show.js";
import { runSweep } from "./sweep.js";
import { runTrain } from "./train.js";
import { runUpdate } from "./update.js";

export const verbs: {
  readonly [V in Action["verb"]]: (
    session: TuneSession,
    action: Extract<Action, { verb: V }>,
    stage: Stage,
  ) => Promise<void>;
} = {
  data: runData,
  model: runModel,
  recipe: runRecipe,
  parameters: runParameters,
  train: runTrain,
  evaluate: runEvaluate,
  predict: runPredict,
  update: runUpdate,
  compress: runCompress,
  federate: runFederate,
  sweep: runSweep,
  auto: runAuto,
  annotate: runAnnotate,
  attach: runAttach,
  deploy: runDeploy,
  serve: runServe,
  show: runShow,
  engine: runEngine,
  experiment: runExperiment,
  report: runReport,
  use: async () => undefined, // what a used file defines arrives as actions of its own
};

/** What each verb does, keyed by verb, loaded when it is used first; the compiler hands over checked actions. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { OpenSession } from "../open-session.js";
import type { Stage } from "../stage.js";

export const verbs: {
  readonly [V in Action["verb"]]: (
    session: OpenSession,
    action: Extract<Action, { verb: V }>,
    stage: Stage,
  ) => Promise<void>;
} = {
  data: async (...all) => (await import("./data.js")).runData(...all),
  model: async (...all) => (await import("./model.js")).runModel(...all),
  recipe: async (...all) => (await import("./recipe.js")).runRecipe(...all),
  parameters: async (session, action) => (await import("./parameters.js")).runParameters(session, action),
  train: async (...all) => (await import("./train.js")).runTrain(...all),
  evaluate: async (...all) => (await import("./evaluate.js")).runEvaluate(...all),
  predict: async (...all) => (await import("./predict.js")).runPredict(...all),
  update: async (...all) => (await import("./update.js")).runUpdate(...all),
  compress: async (...all) => (await import("./compress.js")).runCompress(...all),
  federate: async (...all) => (await import("./federate.js")).runFederate(...all),
  sweep: async (...all) => (await import("./sweep.js")).runSweep(...all),
  auto: async (...all) => (await import("../auto/run-auto.js")).runAuto(...all),
  annotate: async (...all) => (await import("./annotate.js")).runAnnotate(...all),
  attach: async (...all) => (await import("./attach.js")).runAttach(...all),
  deploy: async (...all) => (await import("./deploy.js")).runDeploy(...all),
  serve: async (...all) => (await import("../../features/serve/run.js")).runServe(...all),
  show: async (...all) => (await import("./show.js")).runShow(...all),
  engine: async (...all) => (await import("./engine.js")).runEngine(...all),
  experiment: async (...all) => (await import("./experiment.js")).runExperiment(...all),
  report: async (...all) => (await import("./report.js")).runReport(...all),
  use: async () => undefined, // what a used file defines arrives with the first statement that asks for it (compiler/statement/used-files.ts)
};

import type { Action } from "#dsl/compiler/plan/action.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

/** The implementation of each verb, loaded at first use; the compiler passes checked actions. */
export const verbHandlers: {
  readonly [V in Action["verb"]]: (
    session: OpenSession,
    action: Extract<Action, { verb: V }>,
    context: ExecutionContext,
  ) => Promise<void>;
} = {
  data: async (...all) => (await import("./data/run.js")).runData(...all),
  model: async (...all) => (await import("../session/verbs/model.js")).runModelStatement(...all),
  recipe: async (...all) => (await import("../session/verbs/recipe.js")).defineRecipe(...all),
  parameters: async (session, action) =>
    (await import("../session/verbs/parameters.js")).runParametersStatement(session, action),
  train: async (...all) => (await import("./train/run.js")).runTrain(...all),
  evaluate: async (...all) => (await import("./evaluate/run.js")).runEvaluate(...all),
  predict: async (...all) => (await import("./predict/run.js")).runPredict(...all),
  update: async (...all) => (await import("./update/run.js")).runUpdate(...all),
  compress: async (...all) => (await import("./compress/run.js")).runCompress(...all),
  federate: async (...all) => (await import("./federate/run.js")).runFederate(...all),
  sweep: async (...all) => (await import("./sweep/run.js")).runSweep(...all),
  auto: async (...all) => (await import("./sweep/auto/run-auto.js")).runAuto(...all),
  annotate: async (...all) => (await import("./annotate/run.js")).runAnnotate(...all),
  attach: async (...all) => (await import("./attach/run.js")).runAttach(...all),
  deploy: async (...all) => (await import("./deploy/run.js")).runDeploy(...all),
  serve: async (...all) => (await import("./serve/run.js")).runServe(...all),
  show: async (...all) => (await import("./show/run.js")).runShow(...all),
  engine: async (...all) => (await import("../session/verbs/engine.js")).runEngineStatement(...all),
  experiment: async (...all) => (await import("./experiment/run.js")).announceExperimentToTrackers(...all),
  report: async (...all) => (await import("./report/run.js")).runReport(...all),
  // a used file's definitions arrive with the first statement that needs them (compiler/statement/used-files.ts)
  use: async () => undefined,
};

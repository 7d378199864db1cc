/**
 * One Tune session per notebook or `.tune` file. A source is compiled completely before anything of it runs; then its
 * actions run in order.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Progress } from "../host/host-context.js";
import { OpenSession } from "../session/open-session.js";
import { ProgressLine } from "../session/progress-line.js";
import { RefusedError, type SourceContext, type ExecutionContext } from "../session/execution-context.js";
import { Warnings } from "../session/execution-context.js";

/** The implementation of each verb, loaded at first use; the compiler passes checked actions. */
export const verbHandlers: {
  readonly [V in Action["verb"]]: (
    session: OpenSession,
    action: Extract<Action, { verb: V }>,
    context: ExecutionContext,
  ) => Promise<void>;
} = {
  data: async (...all) => (await import("./data/run.js")).runData(...all),
  model: async (...all) => (await import("../session/verbs/model.js")).runModel(...all),
  recipe: async (...all) => (await import("../session/verbs/recipe.js")).runRecipe(...all),
  parameters: async (session, action) =>
    (await import("../session/verbs/parameters.js")).runParameters(session, action),
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
  engine: async (...all) => (await import("../session/verbs/engine.js")).runEngine(...all),
  experiment: async (...all) => (await import("./experiment/run.js")).runExperiment(...all),
  report: async (...all) => (await import("./report/run.js")).runReport(...all),
  // a used file's definitions arrive with the first statement that needs them (compiler/statement/used-files.ts)
  use: async () => undefined,
};

export class TuneSession extends OpenSession {
  /**
   * Compiles and runs a source. Errors of the text are a `RefusedError`; an error of an action is a `CodedError` whose
   * span is its statement. Warnings are passed to `onWarnings` before anything runs.
   */
  async run(
    source: Source,
    stage: SourceContext,
    onWarnings: (diagnostics: readonly Diagnostic[]) => void = () => undefined,
  ): Promise<void> {
    const line = new ProgressLine(stage.screen, source.id);
    const onProgress = stage.hostContext.onProgress ?? ((progress: Progress) => line.on(progress));
    const within = { ...stage, hostContext: { ...stage.hostContext, onProgress } };
    try {
      await this.runIn(source, within, onWarnings, () => line.end());
    } finally {
      line.end();
    }
  }

  private async runIn(
    source: Source,
    stage: SourceContext,
    onWarnings: (diagnostics: readonly Diagnostic[]) => void,
    onActionDone: () => void,
  ): Promise<void> {
    const compiled = await this.compile(source, stage.hostContext);
    const { diagnostics, actions, facts } = compiled;
    this.known = facts;
    onActionDone();
    const errors = diagnostics.filter((d) => d.severity === "error");
    const sources = [...this.sources, source];
    const refused = errors.length > 0 || !actions;
    this.refused.after(source, compiled, refused);
    if (refused) throw new RefusedError(diagnostics, sources);
    if (diagnostics.length > 0) onWarnings(diagnostics);
    this.sources = [...this.sources.filter((s) => s.id !== source.id), source];
    const warnings = new Warnings(stage.screen, sources, `${source.id}-${Date.now().toString(36)}`);
    for (const action of actions) {
      stage.signal?.throwIfAborted();
      const begun = performance.now();
      try {
        const { experiment } = action;
        await this.act(action, { ...stage, sources, warnings, ...(experiment && { experiment }) });
        onActionDone();
        this.seconds.push({ verb: action.verb, seconds: (performance.now() - begun) / 1000 });
      } catch (error) {
        throw placed(error, action);
      }
    }
  }

  private act<V extends Action["verb"]>(
    action: Extract<Action, { verb: V }>,
    context: ExecutionContext,
  ): Promise<void> {
    const run = verbHandlers[action.verb] as (
      session: OpenSession,
      action: Extract<Action, { verb: V }>,
      context: ExecutionContext,
    ) => Promise<void>;
    return run(this, action, context);
  }
}

/** Gives a coded error without a span that of its statement. */
function placed(error: unknown, action: Action): unknown {
  if (!(error instanceof CodedError) || error.origin.span) return error;
  return error.placed(action.span);
}

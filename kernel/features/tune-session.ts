/**
 * One Tune session per notebook or `.tune` file. A source is compiled completely before anything of it runs; then its
 * actions run in order.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { ProgressUpdate } from "../host/host-context.js";
import { OpenSession } from "../session/open-session.js";
import { ProgressLine } from "../session/progress-line.js";
import {
  RefusedError,
  WarningReporter,
  type ExecutionContext,
  type SourceContext,
} from "../session/execution-context.js";
import { firstLineScreen } from "../session/brief-screen.js";
import { verbHandlers } from "./verbs.js";

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
    const onProgress = stage.hostContext.onProgress ?? ((progress: ProgressUpdate) => line.on(progress));
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
    const warnings = new WarningReporter(stage.screen, sources, `${source.id}-${Date.now().toString(36)}`);
    for (const action of actions) {
      stage.signal?.throwIfAborted();
      const begun = performance.now();
      try {
        const { experiment } = action;
        const screen = action.brief ? firstLineScreen(stage.screen) : stage.screen;
        await this.act(action, { ...stage, screen, sources, warnings, ...(experiment && { experiment }) });
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

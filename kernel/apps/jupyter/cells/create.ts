/**
 * The interpreter: determines a cell's language, runs the cell, and settles it when it is interrupted. One cell at a
 * time; the wire has the queue.
 */
import { withoutMagic } from "#dsl/language/syntax/cell.js";
import { AssistantClient } from "./assistant-client.js";
import { Executor, userExpressionReply } from "./executor.js";
import { globalDeclarations } from "./globals.js";
import type { ExecuteOutcome } from "../ports/execute-outcome.js";
import type { CellLanguage, InterpreterHandle, CellsOptions, ExecuteRequest, Interpreter } from "./interpreter.js";
import { runsFolderBeside } from "../../../runs/default-folder.js";
import { NameTable } from "./names.js";
import { prepareProcess } from "./process.js";
import { CellRun, forgetCurrentCellRun, setRunningCellRun, runAsCell } from "./scope.js";
import { failureOf, interruptedFailure } from "./traceback.js";

/** Milliseconds that another language has to settle its cell itself after an interrupt. */
const languagePatience = 800;

/** Starts the assistant's worker and prepares the process for cells; returns at once, while the compiler loads. */
export function createInterpreter(options: CellsOptions): Promise<InterpreterHandle> {
  const release = prepareProcess();
  const assistant = new AssistantClient({
    folder: options.folder,
    runs: options.runs ?? runsFolderBeside(options.folder),
    declarations: globalDeclarations + (options.declarations ?? ""),
  });
  const names = new NameTable((tune) => void assistant.ask("tuneNames", { names: [...tune] }).catch(() => undefined));
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const executor = new Executor(options.folder, assistant, names, stop);
  let atWork:
    | { readonly scope: CellRun; readonly patience: number; readonly settle: (outcome: ExecuteOutcome) => void }
    | undefined;
  let silent = 0;

  async function run(
    request: ExecuteRequest,
    scope: CellRun,
    language: CellLanguage | undefined,
  ): Promise<ExecuteOutcome> {
    const { code } = request;
    try {
      if (language)
        return await runAsCell(scope, () => language.execute(request, { signal: scope.abort.signal, names }));
      const outcome =
        code.trim() === ""
          ? ({ status: "ok", userExpressions: {} } as const)
          : await executor.run(withoutMagic(code), scope);
      if (outcome.status === "error") return outcome;
      return { ...outcome, userExpressions: await evaluate(request.userExpressions, scope) };
    } catch (error) {
      return runAsCell(scope, () => failureOf(error));
    }
  }
  async function evaluate(
    expressions: Readonly<Record<string, string>>,
    scope: CellRun,
  ): Promise<Readonly<Record<string, unknown>>> {
    const replies: Record<string, unknown> = {};
    for (const [name, code] of Object.entries(expressions)) {
      const inner = new CellRun(scope.cell, `${scope.title} expression ${name}`, scope.output);
      replies[name] = userExpressionReply(await executor.run(code, inner, false).catch(failureOf));
    }
    return replies;
  }

  const interpreter: Interpreter = {
    execute(request) {
      const scope = new CellRun(
        request.cell,
        request.silent ? `Silent cell [${++silent}]` : `Cell [${request.cell}]`,
        request.output,
      );
      Atomics.store(stop, 0, 0);
      return new Promise((resolve) => {
        const settle = (outcome: ExecuteOutcome): void => {
          if (atWork?.scope !== scope) return;
          atWork = undefined;
          setRunningCellRun(undefined);
          resolve(outcome);
        };
        const language = options.languages.find((l) => l.owns(request.code));
        atWork = { scope, settle, patience: language ? languagePatience : 0 };
        setRunningCellRun(scope);
        run(request, scope, language).then(settle, (error: unknown) => settle(failureOf(error)));
      });
    },
    interrupt() {
      forgetCurrentCellRun();
      Atomics.store(stop, 0, 0);
      const runningCell = atWork;
      if (!runningCell) return;
      runningCell.scope.die();
      if (runningCell.patience === 0) runningCell.settle(interruptedFailure());
      else setTimeout(() => runningCell.settle(interruptedFailure()), runningCell.patience).unref();
    },
    async dispose() {
      interpreter.interrupt();
      release();
      await assistant.dispose();
    },
  };
  return Promise.resolve({
    interpreter,
    names,
    stop,
    assistantPort: () => assistant.port(),
    onAssistantRestart: (take) => assistant.onRestart(take),
    informAssistant: (knowledge) => void assistant.ask("tuneKnowledge", knowledge).catch(() => undefined),
  });
}

/** The kernel's cells: TypeScript and Tune with shared names, and the assistant, which follows both. */
import { registerAllCodes } from "../../../codes.js";
import { registry } from "#stdlib/registry.js";
import { makeSessionVocabulary } from "#stdlib/user-defined/vocabulary.js";
import { createInterpreter } from "../cells/create.js";
import { defineDeclarations, installDefine } from "../cells/define.js";
import { trustFolderOfRun } from "../../../trust/trust.js";
import type { CellLanguage, InterpreterHandle, Interpreter } from "../cells/interpreter.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { display, valueView } from "../cells/display.js";
import { likelyCellRun } from "../cells/scope.js";

registerAllCodes();

export interface KernelCellRuntime extends InterpreterHandle {
  /** Disposes of the cells' resources: engines, workers. */
  dispose(): Promise<void>;
}

/**
 * `TUNEBOOK_RUNS` names the folder of runs, `TUNEBOOK_VERIFYING` that of a verification. The TypeScript compiler loads
 * on the assistant's thread while Tune loads on this one.
 */
export async function createCellRuntime(folder: string): Promise<KernelCellRuntime> {
  const languages: CellLanguage[] = [];
  const verbs = registry.verbs().map(({ name }) => name);
  const declarations = pagerDeclarations + defineDeclarations;
  const runs = process.env["TUNEBOOK_RUNS"];
  const verifying = process.env["TUNEBOOK_VERIFYING"];
  const cells = await createInterpreter({
    folder,
    languages,
    verbs,
    declarations,
    ...(runs === undefined ? {} : { runs }),
  });
  installPager();
  const vocabulary = makeSessionVocabulary(() => cells.informAssistant({ words: vocabulary.told() }));
  installDefine(vocabulary);
  const { createTuneLanguage } = await import("../cells/tune/language.js");
  const tune = createTuneLanguage({
    folder,
    vocabulary,
    ...(runs === undefined ? {} : { runs }),
    ...(verifying === undefined ? {} : { verifying }),
    onSources: (sources, facts) => cells.informAssistant({ sources, facts: facts.entries() }),
  });
  languages.push(tune);
  return {
    ...cells,
    interpreter: trusting(cells.interpreter, folder),
    dispose: async () => {
      await Promise.allSettled([tune.close(), cells.interpreter.dispose()]);
    },
  };
}

/**
 * A user trusts the notebook's folder by running a cell. Silent requests of a front end do not count, as no user
 * decided them.
 */
function trusting(interpreter: Interpreter, folder: string): Interpreter {
  let decided = false;
  return {
    ...interpreter,
    execute: (request) => {
      if (!decided && !request.silent && request.code.trim() !== "") {
        decided = true;
        trustFolderOfRun(folder).catch((error: unknown) => console.error(error));
      }
      return interpreter.execute(request);
    },
  };
}

/** TypeScript declarations of the pager, merged into the type of `display`. */
const pagerDeclarations = `
interface TunebookDisplay {
  /** Opens the front end's pager (a pane under the cell) when the cell is done. */
  page(value: unknown): void;
}
`;

function installPager(): void {
  Object.assign(display, { page });
}

function page(value: unknown): void {
  const scope = likelyCellRun();
  if (!scope) throw new CodedError("no-cell", { call: "display.page" });
  scope.output.page?.(typeof value === "string" ? { bundle: { "text/plain": value } } : valueView(value));
}

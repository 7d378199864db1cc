/** The kernel's cells: TypeScript and Tune over one set of names, and the assistant that is kept informed of both. */
import { registry } from "#stdlib/registry.js";
import { createInterpreter } from "../cells/create.js";
import type { Cells } from "../cells/interpreter.js";
import { installPager, pagerDeclarations } from "./pager.js";
import { createTuneLanguage } from "../cells/tune/language.js";

export interface KernelCells extends Cells {
  /** Puts away what the cells hold: engines, workers. */
  dispose(): Promise<void>;
}

export async function createCells(folder: string): Promise<KernelCells> {
  let inform: Cells["informAssistant"] = () => undefined;
  const tune = createTuneLanguage({ folder, onSources: (sources) => inform({ sources }) });
  const verbs = registry.verbs().map(({ name }) => name);
  const cells = await createInterpreter({ folder, languages: [tune], verbs, declarations: pagerDeclarations });
  installPager();
  inform = (knowledge) => cells.informAssistant(knowledge);
  return {
    ...cells,
    dispose: async () => {
      await Promise.allSettled([tune.close(), cells.interpreter.dispose()]);
    },
  };
}

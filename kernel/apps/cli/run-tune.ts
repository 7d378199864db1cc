/**
 * Runs a `.tune` file. Ctrl-C stops it gracefully (a training writes its checkpoint first); a second one ends it at
 * once.
 */
import { parseParameterValues } from "#kernel/apps/jupyter/client/parameters.js";
import { runTuneFile } from "#kernel/features/run-file.js";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { resolveRunsOption, type RunOptions } from "./run-options.js";
import { runUntilInterrupted } from "./interrupted.js";
import { reportUnknownParameters } from "#kernel/apps/checking/unknown-parameters.js";

export async function runTuneCommand(file: string, options: RunOptions): Promise<number> {
  const runs = resolveRunsOption(options);
  if (Object.keys(options.parameter).length > 0) {
    // Before anything runs, the text and the headers of files show whether the file has such parameters.
    const { diagnostics, sources } = await checkFile(file, { quick: true, parameters: options.parameter });
    if (reportUnknownParameters(diagnostics, sources)) return 1;
  }
  const { result, interrupted } = await runUntilInterrupted((signal) =>
    runTuneFile(file, {
      parameters: parseParameterValues(options.parameter),
      signal,
      color: usesColour(process.stderr),
      ...(runs === undefined ? {} : { runs }),
    }),
  );
  if (interrupted) return 130;
  return result.ok ? 0 : 1;
}

/** Runs a `.tune` file. Ctrl-C stops it in good order (a training writes its checkpoint first); a second one ends it at once. */
import { valueOf } from "#kernel/client/parameters.js";
import { runTuneFile } from "#kernel/runs/run-file.js";
import { runsFolder, type RunOptions } from "./commands/run.js";
import { untilInterrupted } from "./interrupted.js";

export async function runTuneCommand(file: string, options: RunOptions): Promise<number> {
  const runs = runsFolder(options);
  const parameters = Object.fromEntries(Object.entries(options.parameter).map(([name, text]) => [name, valueOf(text)]));
  const { result, interrupted } = await untilInterrupted((signal) =>
    runTuneFile(file, {
      parameters,
      signal,
      color: process.stderr.isTTY,
      ...(runs === undefined ? {} : { runs }),
    }),
  );
  if (interrupted) return 130;
  return result.ok ? 0 : 1;
}

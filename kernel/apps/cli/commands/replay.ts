/**
 * `tunebook replay RUN`: trains a run again from its folder and compares the numbers; exit status 0 if they agree
 * within tolerance.
 */
import { resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { ENGINE_NAMES, type DeviceName, type EngineName } from "#kernel/engines/engine.js";
import { Option, type Command } from "commander";

interface Options {
  readonly in: string;
  readonly engine?: EngineName;
  readonly device?: DeviceName;
  readonly threads?: string;
  readonly anyway?: true;
  readonly exact?: true;
  readonly runs?: string;
  readonly home?: string;
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command("replay")
    .description(
      "train a run again from its folder and compare all numbers: bit by bit if nothing changed, else within a tolerance",
    )
    .argument("<run>", "name, id or folder of the run")
    .option("--in <folder>", "folder of the notebook or of its runs", ".")
    .addOption(new Option("--engine <engine>", "use this engine instead of the run's").choices(ENGINE_NAMES))
    .addOption(
      new Option("--device <device>", "use this device instead of the run's").choices(["cpu", "gpu", "wasm", "webgpu"]),
    )
    .option("--threads <n>", "use this number of threads instead of the run's")
    .option("--exact", "require every number to be equal to the last bit")
    .option("--anyway", "train even if an input has changed")
    .option("--runs <folder>", "folder for the new run (default: next to the original)")
    .option("--home <folder>", "folder for relative paths in its plan (default: the original one)")
    .option("--json", "print JSON")
    .action(async (named: string, { engine, device, anyway, exact, ...options }: Options) => {
      const threads = options.threads === undefined ? undefined : Number(options.threads);
      if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
        throw new CodedError("bad-usage", {
          message: `--threads must be an integer from 1, not ${options.threads ?? ""}`,
          command: "tunebook replay",
        });
      const [
        { findRunByName: runNamed },
        { replay },
        { replayText },
        { runUntilInterrupted },
        { withDelayedProgressLine },
        { printable },
      ] = await Promise.all([
        import("../runs/run-argument.js"),
        import("#kernel/features/replay/replay.js"),
        import("#kernel/features/replay/replay-text.js"),
        import("../interrupted.js"),
        import("../delayed-progress.js"),
        import("#kernel/host/value-text.js"),
      ]);
      const run = runNamed(named, options.in);
      const [runs, home] = [options.runs, options.home].map((folder) =>
        folder === undefined ? undefined : resolve(folder),
      );
      const { result } = await runUntilInterrupted((signal) =>
        withDelayedProgressLine((onProgress) =>
          replay(run, { engine, device, threads, anyway, exact, runs, home, signal, onProgress }),
        ),
      );
      process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : printable(replayText(result)));
      if (!result.same) process.exitCode = 1;
    });
}

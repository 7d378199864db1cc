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
      "train a run again from its folder and compare: bit for bit where all is as it was, else within tolerance",
    )
    .argument("<run>", "its name, where one has it, its id, or its folder")
    .option("--in <folder>", "folder of the notebook, or of the runs themselves", ".")
    .addOption(new Option("--engine <engine>", "another engine than it had").choices(ENGINE_NAMES))
    .addOption(new Option("--device <device>", "another device than it had").choices(["cpu", "gpu", "wasm", "webgpu"]))
    .option("--threads <n>", "another number of threads than it had")
    .option("--exact", "within tolerance is not enough: every number must be the same to the last bit")
    .option("--anyway", "train although something that it was made of has changed")
    .option("--runs <folder>", "where the repetition goes (default: beside the run)")
    .option("--home <folder>", "where relative paths of its plan start (default: where they did)")
    .option("--json", "print JSON")
    .action(async (named: string, { engine, device, anyway, exact, ...options }: Options) => {
      const threads = options.threads === undefined ? undefined : Number(options.threads);
      if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
        throw new CodedError("bad-usage", {
          message: `--threads is a whole number from 1, not ${options.threads ?? ""}`,
          command: "tunebook replay",
        });
      const [
        { findRunByName: runNamed },
        { replay },
        { replayText },
        { untilInterrupted },
        { withProgress },
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
      const { result } = await untilInterrupted((signal) =>
        withProgress((onProgress) =>
          replay(run, { engine, device, threads, anyway, exact, runs, home, signal, onProgress }),
        ),
      );
      process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : printable(replayText(result)));
      if (!result.same) process.exitCode = 1;
    });
}

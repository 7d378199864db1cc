/** `tunebook coordinate FOLDER`: runs the search of a sweep as a cluster job; notebooks start it. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("coordinate")
    .description("run a sweep's search on a cluster, next to its workers; started by `sweep … { runner: ray(…) }`")
    .argument("<folder>", "folder of the job")
    .action(async (folder: string) => {
      const [{ coordinateSweep: coordinate }, { runUntilInterrupted }] = await Promise.all([
        import("#kernel/apps/processes/sweep/coordinate.js"),
        import("../interrupted.js"),
      ]);
      const write = (text: string): unknown => process.stdout.write(text);
      const { result } = await runUntilInterrupted((signal) => coordinate({ folder, signal, write }));
      process.exitCode = result;
    });
}

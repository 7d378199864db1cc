/** `tunebook coordinate FOLDER`: runs the search of a sweep as a cluster job; notebooks start it. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("coordinate")
    .description("the search of a sweep on a cluster, beside its workers; `sweep … { runner: ray(…) }` starts it")
    .argument("<folder>", "what it was sent")
    .action(async (folder: string) => {
      const [{ coordinateSweep: coordinate }, { untilInterrupted }] = await Promise.all([
        import("#kernel/apps/processes/sweep/coordinate.js"),
        import("../interrupted.js"),
      ]);
      const write = (text: string): unknown => process.stdout.write(text);
      const { result } = await untilInterrupted((signal) => coordinate({ folder, signal, write }));
      process.exitCode = result;
    });
}

/** `tunebook attach NAME|FOLDER`: watches a detached training from a terminal. Ctrl-C stops only the watching. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("attach")
    .description("watch a detached training; Ctrl-C stops the watching, not the training")
    .argument("<run>", "name of the training, or folder of its run")
    .option("--in <folder>", "folder of the notebook or of its runs", ".")
    .action(async (wanted: string, options: { readonly in: string }) => {
      const [{ findRunForCommand: runWanted }, { attachRun }] = await Promise.all([
        import("../find-run.js"),
        import("../attach-run.js"),
      ]);
      process.exitCode = await attachRun(runWanted(wanted, options.in, "tunebook attach"));
    });
}

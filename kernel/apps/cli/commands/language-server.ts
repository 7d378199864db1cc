/** `tunebook language-server`: language server for Tune, over standard input and output. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("language-server")
    .description("run the language server for editors: diagnostics, completion, hover, fixes, rename, formatting")
    .option("--stdio", "use standard input and output (the default, and the only way)")
    // VS Code's library passes it to every server; the protocol's library reads it from the arguments itself.
    .option("--clientProcessId <id>", "process id of the editor; the server exits when that process exits")
    .action(async () => {
      const { serveStandardStreams } = await import("#editors/language-server/standard-streams.js");
      const { plansOf } = await import("#editors/language-server/plans.js");
      await serveStandardStreams({ plansOf });
    });
}

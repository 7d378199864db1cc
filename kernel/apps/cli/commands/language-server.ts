/** `tunebook language-server`: language server for Tune, over standard input and output. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("language-server")
    .description("serve editors: diagnostics, completion, hover, fixes, rename, formatting (Language Server Protocol)")
    .option("--stdio", "over standard input and output (the only way there is, and the default)")
    // VS Code's library passes it to every server; the protocol's library reads it from the arguments itself.
    .option("--clientProcessId <id>", "the editor's process: when it ends, the server ends too")
    .action(async () => {
      const { serveStandardStreams } = await import("#editors/language-server/standard-streams.js");
      const { plansOf } = await import("#editors/language-server/plans.js");
      await serveStandardStreams({ plansOf });
    });
}

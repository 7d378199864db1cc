/** `tunebook language-server`: Tune's assistant for editors, over standard input and output. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("language-server")
    .description("serve editors: diagnostics, completion, hover, fixes, rename, formatting (Language Server Protocol)")
    .option("--stdio", "over standard input and output (the only way there is, and the default)")
    .action(async () => {
      const { serveStandardStreams } = await import("#kernel/language-server/standard-streams.js");
      const { plansOf } = await import("#kernel/language-server/plans.js");
      await serveStandardStreams({ plansOf });
    });
}

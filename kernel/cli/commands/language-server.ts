/** `tunebook language-server`: Tune's assistant for editors, over standard input and output. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("language-server")
    .description("serve editors: diagnostics, completion, hover, fixes, rename, formatting (Language Server Protocol)")
    .option("--stdio", "over standard input and output (the only way there is, and the default)")
    .action(async () => {
      const { createConnection, ProposedFeatures } = await import("vscode-languageserver/node");
      const { serve } = await import("#kernel/language-server/server.js");
      // What anything else prints would break the protocol.
      const [input, output] = [process.stdin, process.stdout];
      console.log = console.info = console.error;
      serve(createConnection(ProposedFeatures.all, input, output));
      await new Promise((ended) => input.once("close", ended));
    });
}

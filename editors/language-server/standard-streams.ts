/** Runs the language server over this process's standard input and output; resolves when the input ends. */
import { registerAllCodes } from "#kernel/codes.js";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve, type ServeOptions } from "./server.js";

registerAllCodes();

export async function serveStandardStreams(options: ServeOptions): Promise<void> {
  const [input, output] = [process.stdin, process.stdout];
  // Redirects logging to standard error, since other output would break the protocol.
  console.log = console.info = console.error;
  serve(createConnection(ProposedFeatures.all, input, output), options);
  await new Promise((ended) => input.once("close", ended));
}

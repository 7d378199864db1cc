/** The language server over this process's standard input and output; resolves when the input ends. */
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve, type ServeOptions } from "./server.js";

export async function serveStandardStreams(options: ServeOptions): Promise<void> {
  const [input, output] = [process.stdin, process.stdout];
  // What anything else prints would break the protocol.
  console.log = console.info = console.error;
  serve(createConnection(ProposedFeatures.all, input, output), options);
  await new Promise((ended) => input.once("close", ended));
}

/** Diagnostic codes of the command line, and the table of all codes that its commands need. */
import { jupyterlabCodes, type JupyterlabCodeData } from "#editors/jupyterlab/codes.js";
import { registerCodes, type CodeTable } from "#dsl/language/diagnostics/codes.js";
import { registerAllCodes, type AllCodeData } from "../../codes.js";

export interface CliCodeData {
  "join-nothing": { readonly file: string; readonly named: string | null; readonly has: readonly string[] };
  "join-peers": { readonly file: string; readonly line: string };
  "join-which": { readonly file: string; readonly names: readonly string[] };
  "unknown-code": { readonly code: string; readonly nearest: string | null };
}

declare module "#dsl/language/diagnostics/codes.js" {
  interface CodeData extends CliCodeData {}
}

export const cliCodes: CodeTable<CliCodeData> = {
  "join-nothing": {
    severity: "error",
    message: (d) =>
      d.named === null
        ? `${d.file} has no federation that clients can join themselves`
        : `${d.file} has no federation "${d.named}" that clients can join themselves`,
    help: (d) =>
      d.named !== null && d.has.length > 0
        ? `choose from ${d.has.join(", ")}`
        : 'write the same statement as the coordinator: `federate … as far { rounds: 20, runner: flower("https://…", clients: 4) }`',
    explain:
      "A client that joins a federation has its own program: the coordinator's model, recipe and `federate` statement, and the client's own data. This program defines what the client does. Code from others is never run.",
  },
  "join-peers": {
    severity: "error",
    message: (d) => `${d.file} has a line that does not start with a key: ${d.line.slice(0, 60)}`,
    help: () => "write each client's key on its own line, as the client prints it when it joins",
    explain:
      "A client signs its part of secure sums with its own key, which it prints when it joins. If you get all other keys from the clients themselves, only they can take part in your sums. Coordinators and relays cannot change that.",
  },
  "join-which": {
    severity: "error",
    message: (d) => `${d.file} has several federations: ${d.names.join(", ")}`,
    help: (d) => `choose one: \`--as ${d.names[0] ?? "far"}\``,
    explain: "A process joins one federation, but a file may have several.",
  },
  "unknown-code": {
    severity: "error",
    message: ({ code }) => `there is no error code "${code}"`,
    help: ({ nearest }) =>
      nearest === null ? "run `tunebook explain` to list all codes" : `write \`tunebook explain ${nearest}\``,
    explain: "`tunebook explain` requires a code as printed in the brackets of `error[...]`.",
  },
};

export interface CommandCodeData extends AllCodeData, CliCodeData, JupyterlabCodeData {}

/** Registers the codes of all packages and of the command line. */
export function registerCliCodes(): void {
  registerAllCodes();
  registerCodes(cliCodes, jupyterlabCodes);
}

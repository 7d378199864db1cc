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
        ? `${d.file} has no federation that clients join by themselves`
        : `${d.file} has no federation "${d.named}" that clients join by themselves`,
    help: (d) =>
      d.named !== null && d.has.length > 0
        ? `there are ${d.has.join(", ")}`
        : 'write the statement that whoever leads has: `federate … as far { rounds: 20, runner: flower("https://…", clients: 4) }`',
    explain:
      "Whoever joins a federation has a program of their own: the same model, recipe and `federate` statement as whoever leads, and their own data. It says what may be asked of them; nothing that comes from elsewhere is run.",
  },
  "join-peers": {
    severity: "error",
    message: (d) => `${d.file} has a line that begins with no key: ${d.line.slice(0, 60)}`,
    help: () => "write the key of each client on a line of its own, as it says when it joins",
    explain:
      "A client signs its part of secret sums by a key of its own, which it says when it joins. Who has the keys of all others from them takes part in sums of these alone, whoever leads and whoever carries the messages.",
  },
  "join-which": {
    severity: "error",
    message: (d) => `${d.file} has several federations: ${d.names.join(", ")}`,
    help: (d) => `say which: \`--as ${d.names[0] ?? "far"}\``,
    explain: "A process joins one federation; a file may have several.",
  },
  "unknown-code": {
    severity: "error",
    message: ({ code }) => `there is no error code "${code}"`,
    help: ({ nearest }) =>
      nearest === null ? "`tunebook explain` lists all codes" : `write \`tunebook explain ${nearest}\``,
    explain: "`tunebook explain` takes a code as it stands between the brackets of `error[...]`.",
  },
};

export interface CommandCodeData extends AllCodeData, CliCodeData, JupyterlabCodeData {}

/** Registers the codes of all packages and of the command line. */
export function registerCliCodes(): void {
  registerAllCodes();
  registerCodes(cliCodes, jupyterlabCodes);
}

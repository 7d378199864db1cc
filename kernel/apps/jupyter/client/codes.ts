/** Diagnostic codes of the Jupyter client and of the headless notebook. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface ClientCodeData {
  "not-built": { readonly file: string };
  "kernel-not-ready": { readonly seconds: number; readonly log: readonly string[] };
  "kernel-ended": { readonly status: number | null; readonly signal: string | null; readonly log: readonly string[] };
  "kernel-silent": { readonly request: string; readonly seconds: number };
  "notebook-unreadable": { readonly file: string; readonly why: string };
  "notebook-missing": { readonly file: string };
  "bad-parameter": { readonly written: string };
}

export const clientCodes: CodeTable<ClientCodeData> = {
  "not-built": {
    severity: "error",
    message: ({ file }) => `${file} has not been built`,
    help: () => "run `npm run build` in Tunebook's folder",
    explain: "A part of Tunebook that is compiled from TypeScript is missing from `dist`.",
  },
  "kernel-not-ready": {
    severity: "error",
    message: ({ seconds }) => `the kernel did not answer within ${seconds} s after its start`,
    notes: ({ log }) => log,
    help: () => "run `tunebook doctor` to see what works on this machine",
    explain: "A kernel process was started but did not answer any request on its sockets in time.",
  },
  "kernel-ended": {
    severity: "error",
    message: ({ status, signal }) =>
      `the kernel process ended unexpectedly (${signal === null ? `status ${String(status)}` : `signal ${signal}`})`,
    notes: ({ log }) => log,
    help: () => "start it again: everything that runs saved is still in their folders",
    explain:
      "The process that runs the cells has ended, so its names are lost. Checkpoints and run folders still exist.",
  },
  "kernel-silent": {
    severity: "error",
    message: ({ request, seconds }) => `the kernel did not answer ${request} within ${seconds} s`,
    explain: "The kernel process is running, but the reply that the protocol requires did not arrive in time.",
  },
  "notebook-unreadable": {
    severity: "error",
    message: ({ file, why }) => `${file} cannot be read as a notebook: ${why}`,
    help: () => "open it in JupyterLab and save it again, or get it again from its source",
    explain:
      "A notebook is JSON in Jupyter's format 4 with a list of cells. An interrupted download or a merge may have truncated it.",
  },
  "notebook-missing": {
    severity: "error",
    message: ({ file }) => `the file ${file} does not exist`,
    explain: "The given path is not a file. Relative paths start at the folder in which the command runs.",
  },
  "bad-parameter": {
    severity: "error",
    message: ({ written }) => `"${written}" does not set a parameter`,
    help: () => "write `-p name=value`, for example `-p rate=2e-3`",
    explain: "A parameter has a name, an equals sign and a value: a number (units as in Tune), true, false, or text.",
  },
};

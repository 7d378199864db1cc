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
    message: ({ seconds }) => `the kernel did not answer within ${seconds} s of being started`,
    notes: ({ log }) => log,
    help: () => "run `tunebook doctor` to see what works on this machine",
    explain: "A kernel process was started but answered no request on its sockets in time.",
  },
  "kernel-ended": {
    severity: "error",
    message: ({ status, signal }) =>
      `the kernel's process ended by itself (${signal === null ? `status ${String(status)}` : `signal ${signal}`})`,
    notes: ({ log }) => log,
    help: () => "start it again; what runs had saved is still in their folders",
    explain: "The process that runs the cells is gone, so its names are lost. Checkpoints and run folders are not.",
  },
  "kernel-silent": {
    severity: "error",
    message: ({ request, seconds }) => `the kernel gave no answer to ${request} within ${seconds} s`,
    explain: "The kernel's process lives, but the reply that the protocol promises did not come in time.",
  },
  "notebook-unreadable": {
    severity: "error",
    message: ({ file, why }) => `${file} is not a notebook that can be read: ${why}`,
    help: () => "open it in JupyterLab and save it again, or take it from where it came once more",
    explain:
      "A notebook is JSON in Jupyter's format 4 with a list of cells. An interrupted download or a merge may have cut it.",
  },
  "notebook-missing": {
    severity: "error",
    message: ({ file }) => `there is no file ${file}`,
    explain: "The path given does not lead to a file. Relative paths start at the folder the command runs in.",
  },
  "bad-parameter": {
    severity: "error",
    message: ({ written }) => `"${written}" sets no parameter`,
    help: () => "write `-p name=value`, for instance `-p rate=2e-3`",
    explain: "A parameter is a name, an equals sign and a value: a number (units as in Tune), true, false, or text.",
  },
};

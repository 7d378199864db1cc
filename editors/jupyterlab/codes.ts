/** Error codes for installing the JupyterLab extension. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** Error code → data of its message. */
export interface JupyterlabCodeData {
  "lab-extension-not-built": { readonly folder: string };
  "lab-extension-not-written": { readonly folder: string; readonly reason: string };
}

declare module "#dsl/language/diagnostics/codes.js" {
  interface CodeData extends JupyterlabCodeData {}
}

export const jupyterlabCodes: CodeTable<JupyterlabCodeData> = {
  "lab-extension-not-built": {
    severity: "error",
    message: ({ folder }) => `the JupyterLab extension is not in ${folder}`,
    help: () => "run `node editors/jupyterlab/build.mjs` after `npm run build`",
    explain:
      "The kernel brings a JupyterLab extension that draws figures and checks Tune cells. It is built once from `editors/jupyterlab`; `npm start` and `npm test` do that by themselves.",
  },
  "lab-extension-not-written": {
    severity: "error",
    message: ({ folder, reason }) => `the JupyterLab extension could not be copied to ${folder}: ${reason}`,
    help: () => "choose a folder that you may write with `--user` or `--prefix`",
    explain:
      "The kernel's JupyterLab extension is a folder copied to Jupyter's data folder. What was there before is still whole.",
  },
};

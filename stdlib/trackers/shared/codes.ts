/** Error codes of trackers in a program. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface TrackersCodeData {
  "tracker-address": { readonly why: string };
  "tracker-user-alone": { readonly user: string };
  "tracker-alias-alone": { readonly alias: string };
  "tracker-no-folder": { readonly path: string };
}

export const trackersCodes: CodeTable<TrackersCodeData> = {
  "tracker-address": {
    severity: "error",
    message: (d) => `the address of the tracker cannot be used: ${d.why}`,
    help: () => 'write the address of its web pages, such as `mlflow("http://127.0.0.1:5000")`',
    explain:
      "A tracker is called over HTTP at the address that a browser opens. Names, passwords and tokens must not be part of it, because the address is saved in the notebook, shown in outputs and stored with each run.",
    example: 'experiment { name: "router", trackers: mlflow("127.0.0.1:5000") }',
  },
  "tracker-user-alone": {
    severity: "error",
    message: (d) => `${d.user} has no password`,
    help: () => "name its environment variable: `token: secret(env: MLFLOW_TRACKING_PASSWORD)`",
    explain: "`user` selects HTTP basic authentication; `token` then names the variable that contains the password.",
    example: 'experiment { name: "router", trackers: mlflow("http://127.0.0.1:5000", user: "ann") }',
  },
  "tracker-alias-alone": {
    severity: "error",
    message: (d) => `\`alias: ${d.alias}\` has no registered model`,
    help: () => 'add the name under which the model is registered: `register: "router"`',
    explain: "An alias (`champion`) is another name for one version of a registered model.",
    example: 'experiment { name: "router", trackers: mlflow("http://127.0.0.1:5000", alias: "champion") }',
  },
  "tracker-no-folder": {
    severity: "error",
    message: (d) =>
      d.path.trim() === "" ? "the folder's name is empty" : `${JSON.stringify(d.path)} is not a valid folder name`,
    help: () => 'write a folder: `tensorboard("board")`',
    explain: "TensorBoard reads event files from a folder, which is created if it does not exist.",
    example: 'experiment { name: "router", trackers: tensorboard("") }',
  },
};

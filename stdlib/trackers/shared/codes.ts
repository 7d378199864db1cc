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
    message: (d) => `a tracker can't be found there: ${d.why}`,
    help: () => 'write where its pages are, such as `mlflow("http://127.0.0.1:5000")`',
    explain:
      "A tracker is asked over HTTP at the address that a browser opens its pages at. Names, passwords and tokens never stand in an address: it is saved with the notebook, shown in outputs and kept with each run.",
    example: 'experiment { name: "router", trackers: mlflow("127.0.0.1:5000") }',
  },
  "tracker-user-alone": {
    severity: "error",
    message: (d) => `${d.user} has no password here`,
    help: () => "name the environment variable that holds it: `token: secret(env: MLFLOW_TRACKING_PASSWORD)`",
    explain: "`user` is who asks in HTTP's basic way, and `token` then holds the password, by the name of a variable.",
    example: 'experiment { name: "router", trackers: mlflow("http://127.0.0.1:5000", user: "ann") }',
  },
  "tracker-alias-alone": {
    severity: "error",
    message: (d) => `\`alias: ${d.alias}\` has no model to point at`,
    help: () => 'say what the model is registered as: `register: "router"`',
    explain: "An alias (`champion`) is another name of one version of a registered model.",
    example: 'experiment { name: "router", trackers: mlflow("http://127.0.0.1:5000", alias: "champion") }',
  },
  "tracker-no-folder": {
    severity: "error",
    message: (d) => (d.path.trim() === "" ? "the folder has no name" : `${JSON.stringify(d.path)} is no folder's name`),
    help: () => 'name a folder: `tensorboard("board")`',
    explain: "TensorBoard reads event files from a folder, which is made where it isn't there.",
    example: 'experiment { name: "router", trackers: tensorboard("") }',
  },
};

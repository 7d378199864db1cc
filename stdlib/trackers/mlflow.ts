import { defineWord } from "#dsl/language/types/define.js";
import { addressProblem } from "../judging/parameters.js";

export const word = defineWord({
  kind: "tracker",
  name: "mlflow",
  doc: "An MLflow server, over HTTP: a run for each training, trials as nested runs of their sweep, with settings, losses and scores step by step, files, and on request the model in its registry. If the server is unreachable, the training is not affected: events are sent later, once.",
  example: 'trackers: [mlflow("http://127.0.0.1:5000")]',
  elsewhere: {
    MLflow: "mlflow",
    tracking_uri: "url",
    uri: "url",
    experiment_name: "experiment",
    password: "token",
    username: "user",
    registered_model_name: "register",
    log_model: "artifacts",
    log_models: "artifacts",
  },
  advice: {
    run_name: "a run is called as its training is: `train router on tickets as night`",
    tags: "an experiment has `name` and `notes`; tags of a run are `tunebook runs note RUN --tag x`",
  },
  parameters: [
    {
      name: "url",
      type: { is: "string" },
      doc: "The address of its pages.",
      positional: true,
      required: true,
      why: "Nothing is sent from this machine unless the program names an address.",
      impact: "high",
    },
    {
      name: "experiment",
      type: { is: "string" },
      doc: "The name of the experiment on the server; by default the name here.",
      why: "Teams have their own naming scheme (`/Users/ann/router`).",
      impact: "low",
    },
    {
      name: "token",
      type: { is: "word", kind: "secret" },
      env: "MLFLOW_TRACKING_TOKEN",
      doc: "The credential, by the name of an environment variable: a token, or with `user` the password.",
      why: "Servers on this machine want none.",
      impact: "medium",
    },
    {
      name: "user",
      type: { is: "string", form: "user" },
      doc: "The user name, if the server authenticates by name and password.",
      why: "MLflow's own accounts use this.",
      impact: "low",
    },
    {
      name: "artifacts",
      type: { is: "choice", of: ["record", "model", "none"] },
      means: {
        record: "plan, lock and scores, with which it can be repeated",
        model: "these, and the folder of the trained model",
        none: "no files",
      },
      doc: "Which files go there. Rows of the data never do.",
      default: { value: "record" },
      why: "Models take megabytes to gigabytes each.",
      impact: "medium",
    },
    {
      name: "register",
      type: { is: "string" },
      doc: "The trained model's name in the registry: each successful training is a new version of it. Trials of a sweep and seeds are not registered. Its folder is uploaded too (`artifacts: model`).",
      why: "Serving systems load models from the registry.",
      impact: "medium",
    },
    {
      name: "alias",
      type: { is: "string" },
      doc: "An alias of the newest version, such as `champion`.",
      why: "Programs name an alias and get the version it points at.",
      impact: "low",
    },
  ],
  check({ arguments: { url, token, user, register, alias } }, context) {
    const why = addressProblem(url);
    if (why !== null) context.report("tracker-address", { why }, "url");
    if (user !== undefined && token === undefined) context.report("tracker-user-alone", { user }, "user");
    if (alias !== undefined && register === undefined) context.report("tracker-alias-alone", { alias }, "alias");
  },
  load: async () => (await import("./mlflow.run.js")).mlflow,
});

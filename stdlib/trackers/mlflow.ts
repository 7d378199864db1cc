import { defineWord } from "#dsl/language/types/define.js";
import { addressProblem } from "../judging/parameters.js";

export const word = defineWord({
  kind: "tracker",
  name: "mlflow",
  doc: "An MLflow server, told over HTTP: a run for each training, trials as nested runs under their sweep, with settings, losses and scores step by step, files, and where asked the model in its registry. A server that is away costs a training nothing: what it missed is sent later, once.",
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
      doc: "Where its pages are.",
      positional: true,
      required: true,
      why: "Nothing leaves this machine unless the program says where to.",
      impact: "high",
    },
    {
      name: "experiment",
      type: { is: "string" },
      doc: "What the experiment is called there; without it as here.",
      why: "Teams have names of their own for where runs belong (`/Users/ann/router`).",
      impact: "low",
    },
    {
      name: "token",
      type: { is: "word", kind: "secret" },
      env: "MLFLOW_TRACKING_TOKEN",
      doc: "What lets one in, by the name of an environment variable: a token, or with `user` the password.",
      why: "Servers on this machine want none.",
      impact: "medium",
    },
    {
      name: "user",
      type: { is: "string", form: "user" },
      doc: "Who asks, where the server knows people by name and password.",
      why: "MLflow's own accounts are asked in this way.",
      impact: "low",
    },
    {
      name: "artifacts",
      type: { is: "choice", of: ["record", "model", "none"] },
      means: {
        record: "plan, lock and scores, which say how to make it again",
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
      doc: "What the trained model is called in the registry: each training that ends well is a new version of it. Trials of a sweep and seeds are not registered. Its folder goes along (`artifacts: model`).",
      why: "Who serves models asks the registry for them.",
      impact: "medium",
    },
    {
      name: "alias",
      type: { is: "string" },
      doc: "What the newest version is called besides, such as `champion`.",
      why: "Programs name an alias and get what it points at today.",
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

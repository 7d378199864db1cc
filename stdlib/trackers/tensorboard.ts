import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "tracker",
  name: "tensorboard",
  doc: "Event files for TensorBoard in a folder: losses, rates and scores step by step, the plan as text, and hyper-parameters, so that its page HPARAMS compares the trials of a sweep. `tensorboard --logdir board` opens it, also during training.",
  example: 'trackers: [tensorboard("board")]',
  elsewhere: {
    TensorBoard: "tensorboard",
    SummaryWriter: "tensorboard",
    tensorboardX: "tensorboard",
    log_dir: "path",
    logdir: "path",
    logging_dir: "path",
  },
  parameters: [
    {
      name: "path",
      type: { is: "string" },
      doc: "The folder, relative to the notebook's; in it a folder for each experiment, and in that one for each run.",
      positional: true,
      required: true,
      why: "The folder for `--logdir`.",
      impact: "medium",
    },
  ],
  check({ arguments: { path } }, context) {
    if (path.trim() === "" || path.includes("\0") || /^[a-z][a-z\d+.-]*:\/\//i.test(path))
      context.report("tracker-no-folder", { path }, "path");
  },
  load: async () => (await import("./tensorboard.run.js")).tensorboard,
});

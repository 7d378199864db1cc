/** Codes of trainings that run in their own process, and of watching one. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface DetachCodeData {
  "detach-without-name": { readonly model: string };
  "cannot-detach": { readonly name: string };
  "trains-apart": { readonly name: string };
  "attach-without-name": { readonly run: string };
}

const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }';

export const detachCodes: CodeTable<DetachCodeData> = {
  "detach-without-name": {
    severity: "error",
    message: (d) => `the training of \`${d.model}\` has no name of its own to be found by`,
    help: () => "write one after `as`: `train … as night { detach: true }`, and later `attach night`",
    explain:
      "A training with `detach: true` goes on in a process of its own when the notebook is closed. It is found again by its name, in any notebook and from the command line, so that name must be written.",
    example: `${small}\ntrain m on d { detach: true }`,
  },
  "cannot-detach": {
    severity: "error",
    message: () => "nothing runs by itself on Windows yet: the sockets that control it are those of Linux and macOS",
    help: (d) => `leave \`detach\` out: \`${d.name}\` runs in the notebook then`,
    explain: "What runs by itself is followed and stopped over a socket in its folder.",
  },
  "attach-without-name": {
    severity: "error",
    facts: true,
    message: (d) => `the run ${d.run} has no name that a model can have here`,
    help: () => 'give it one: `attach "runs/…" as night`',
    explain: "A run's own name becomes the model's. One that is no name of Tune needs another, after `as`.",
  },
  "trains-apart": {
    severity: "error",
    message: (d) => `\`${d.name}\` trains in a process of its own: nothing here has its weights yet`,
    help: (d) =>
      `write \`attach ${d.name}\` before: it shows how the training goes, and gives what comes of it when it has ended`,
    explain:
      "A statement with `detach: true` starts a training or a sweep and ends at once. `attach` waits for it and gives the name its weights, or what the sweep found; what has ended meanwhile is opened at once.",
    example: `${small}\ntrain m on d as night { detach: true }\npredict night on "text"`,
  },
};

/** Error codes of work done by other processes, on this or another machine. */
import { escapeControlCharacters, type CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface ClusterCodeData {
  "worker-token": { readonly url: string };
  "worker-version": { readonly worker: string; readonly has: string; readonly wants: string };
  "coordinator-gone": { readonly url: string; readonly seconds: number; readonly why: string };
  "coordinator-answer": { readonly url: string; readonly why: string };
  "coordinator-url": { readonly url: string };
  "token-missing": { readonly variable: string };
  "token-file": { readonly file: string; readonly why: string };
  "lease-lost": { readonly what: string };
  "request-refused": { readonly why: string };
  "not-offered": { readonly hash: string };
  "work-lost": { readonly what: string; readonly times: number; readonly why: string };
  "worker-lacks": { readonly what: string; readonly worker: string; readonly why: string; readonly mend?: string };
  "workers-end": { readonly runner: string; readonly times: number; readonly why: string };
  "absolute-elsewhere": { readonly path: string; readonly worker: string };
  "work-otherwise": { readonly what: string; readonly differs: string };
}

export const clusterCodes: CodeTable<ClusterCodeData> = {
  "worker-token": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.url)} takes no work from this worker: its token is not that of the run`,
    help: () => "each run has a token of its own: start workers with the one that its coordinator told",
    explain:
      "Whoever has the token of a run may take its work and hand in results. It is made anew for each run, and reaches workers by their environment (`TUNEBOOK_WORKER_TOKEN`) or by a file that they alone may read (`--token-file`).",
  },
  "worker-version": {
    severity: "error",
    message: (d) =>
      `the worker ${escapeControlCharacters(d.worker)} is Tunebook ${escapeControlCharacters(d.has)}, and the run is ${escapeControlCharacters(d.wants)}`,
    help: (d) => `install Tunebook ${escapeControlCharacters(d.wants)} where the worker runs`,
    explain:
      "Two versions may train otherwise, and numbers from both would stand beside each other as if they could be compared. A worker works for its own version alone.",
  },
  "coordinator-gone": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.url)} can't be reached since ${d.seconds} s: ${escapeControlCharacters(d.why)}`,
    help: () => "the run is over, or the network is: start the worker again once it can be reached",
    explain:
      "A worker works for one coordinator. When that is gone the worker ends, so that nothing goes on for nobody. What reached the coordinator is kept there, and another worker goes on from it.",
  },
  "coordinator-answer": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.url)} answers, but as no coordinator of Tunebook does: ${escapeControlCharacters(d.why)}`,
    help: () => "look whether the address and the port are those that the coordinator told",
    explain: "What answers there is another server, or a proxy between.",
  },
  "coordinator-url": {
    severity: "error",
    message: (d) => `\`${escapeControlCharacters(d.url)}\` is no address of a coordinator`,
    help: () => "write it as the coordinator told it: `http://HOST:PORT`, without a token in it",
    explain:
      "An address on a command line can be read by every user of the machine, so it holds no token: that comes by `TUNEBOOK_WORKER_TOKEN` or `--token-file`.",
  },
  "token-missing": {
    severity: "error",
    message: (d) =>
      `a worker needs the token of the run: \`${d.variable}\` is not set, and no \`--token-file\` is given`,
    help: (d) => `set \`${d.variable}\`, or name a file of mode 0600 with \`--token-file\``,
    explain: "Never on the command line: every user of the machine can read that.",
  },
  "token-file": {
    severity: "error",
    message: (d) => `${escapeControlCharacters(d.file)} can't be taken for a token: ${d.why}`,
    help: (d) =>
      `let it hold the token alone, and be read by its owner alone: \`chmod 600 ${escapeControlCharacters(d.file)}\``,
    explain: "Whoever can read the token of a run can take its work and hand in results.",
  },
  "lease-lost": {
    severity: "error",
    message: (d) => `${escapeControlCharacters(d.what)} is another worker's by now`,
    help: () => "nothing need be done: what this one would have told is left out",
    explain:
      "Work is lent for a time that a worker renews. One that wasn't heard of for so long has lost it: another goes on from the newest checkpoint that arrived, and what the first tells later is refused.",
  },
  "request-refused": {
    severity: "error",
    message: (d) => `the coordinator takes no such request: ${escapeControlCharacters(d.why)}`,
    help: () => "start a worker of the coordinator's own version",
    explain: "Everything that a worker says is held to a schema, to sizes and to what it was asked for.",
  },
  "not-offered": {
    severity: "error",
    message: (d) => `no work of this run reads a file with the hash ${escapeControlCharacters(d.hash)}`,
    help: () => "files are asked for by the hashes that stand in the work, while it is under way",
    explain: "A coordinator gives the files that its work reads, by their content's hash, and no other file.",
  },
  "work-lost": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.what)} was lost ${d.times} times, the last time because ${escapeControlCharacters(d.why)}`,
    help: () => "it may be too large for the workers' machines: take such values out of `vary`, or start fewer workers",
    explain:
      "A worker that ends, or isn't heard of, loses its work, and another goes on from the newest checkpoint that arrived. Work that is lost again and again is likely to be what ends the workers.",
  },
  "worker-lacks": {
    severity: "error",
    message: (d) =>
      `the worker ${escapeControlCharacters(d.worker)} can't do ${escapeControlCharacters(d.what)}: ${escapeControlCharacters(d.why)}`,
    help: (d) =>
      d.mend === undefined
        ? "look with `tunebook doctor` what is missing where the worker runs, and run the statement again: it goes on where it was"
        : `${d.mend}; then run the statement again: it goes on where it was`,
    explain:
      "A worker has its own engine and its own machine. What it lacks is no fault of the trial: that goes to another worker. When none can do it the statement ends, and the trial waits in its journal.",
  },
  "workers-end": {
    severity: "error",
    message: (d) =>
      `workers of ${escapeControlCharacters(d.runner)} ended ${d.times} times and nothing was done between: ${escapeControlCharacters(d.why)}`,
    help: () => "mend that and run the statement again: it goes on where it was",
    explain:
      "A worker that ends is started again. Where they end as soon as they begin, others would too, and the statement ends.",
  },
  "absolute-elsewhere": {
    severity: "error",
    message: (d) =>
      `the worker ${escapeControlCharacters(d.worker)} has no file ${escapeControlCharacters(d.path)}, and a path that begins at the root is the same everywhere`,
    help: () => "write the path from the notebook's folder: such files travel to workers by their content",
    explain:
      "A worker on another machine gets the files that a trial reads, and finds them as they lie from the notebook's folder. A path from the root names a place that it may not write to.",
  },
  "work-otherwise": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.what)} would be another training there: ${escapeControlCharacters(d.differs)}`,
    help: () => "what it reads changed meanwhile, or is another file there: run the statement again",
    explain:
      "A worker makes sure that the rows and the base that it reads have the hashes of the plan that it was given. Where they differ, so would the numbers, and nothing is trained.",
  },
};

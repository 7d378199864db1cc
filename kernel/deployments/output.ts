/**
 * Location of a target's files while they are written: a staging folder, which replaces the place when all is proved.
 * The file of a single-file target has the name given in the program. Its companions (tokenizer, label names, proof)
 * are in the folder `<file>.files`, and files that tools expect next to it are next to it (`SIBLING_FILE_PREFIX`).
 */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { FileContent, TargetWriter } from "#stdlib/targets/kind.js";
import { diskError } from "../fetch/disk.js";
import { copyWithUsualMode } from "../fetch/private.js";
import { conversionTools } from "./tools/table.js";

/** Suffix of the companions' folder: `helper.gguf` → `helper.gguf.files`. */
export const COMPANIONS_SUFFIX = ".files";
/** Prefix for paths next to the file of a single-file target: `beside:helper.Modelfile`. */
export const SIBLING_FILE_PREFIX = "beside:";
/** The file itself, for single-file targets. */
export const MAIN_FILE = "main";

export interface DeploymentPlace {
  readonly writes: "folder" | "file";
  /** Absolute path. */
  readonly path: string;
  /** Names of files that the target writes next to its own. */
  readonly beside?: readonly string[];
}

/**
 * Returns the folder of a deployment's own files (tunebook.json, proof.json): the place itself, or the companions'
 * folder.
 */
export function deploymentHomeOf({ writes, path }: DeploymentPlace): string {
  return writes === "folder" ? path : `${path}${COMPANIONS_SUFFIX}`;
}

/** `work`: staging folder for the place, or, for a single file, for its parent folder. */
export function targetWriterIn(work: string, place: DeploymentPlace, source: string): TargetWriter {
  const pathOf = (path: string): string => {
    const file = basename(place.path);
    const relativePath =
      place.writes === "folder"
        ? path
        : path === MAIN_FILE
          ? file
          : path.startsWith(SIBLING_FILE_PREFIX)
            ? path.slice(SIBLING_FILE_PREFIX.length)
            : join(`${file}${COMPANIONS_SUFFIX}`, path);
    const inside = normalize(relativePath);
    if (inside.startsWith(".."))
      throw new CodedError("internal", { what: `a target writes outside its place: ${path}` });
    return join(work, inside);
  };
  const made = async (path: string): Promise<string> => {
    const to = pathOf(path);
    await mkdir(dirname(to), { recursive: true });
    return to;
  };
  return {
    async write(path, content) {
      const to = await made(path);
      try {
        await pipeline(Readable.from(chunksOf(content)), createWriteStream(to));
      } catch (error) {
        throw diskError(error, to);
      }
    },
    async copy(names, into = "", from = "") {
      for (const name of names) await copyWithUsualMode(join(source, from, name), await made(join(into, name)));
    },
    async tool(name, { from, to, ...options }) {
      const load = conversionTools[name];
      if (!load) throw new CodedError("internal", { what: `there is no tool ${name}` });
      const tool = await load();
      return tool({ from: pathOf(from), to: await made(to), ...options });
    },
  };
}

function* single(bytes: Uint8Array): Generator<Uint8Array> {
  yield bytes;
}
function chunksOf(content: FileContent): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof content === "string") return single(Buffer.from(content, "utf8"));
  return content instanceof Uint8Array ? single(content) : content;
}

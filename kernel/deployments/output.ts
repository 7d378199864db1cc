/**
 * Where a target's files go while they are written: a folder of their own, which takes its place when all is proved. Of a
 * target that writes one file that file bears the name which the program gave it; what belongs to it (tokenizer, label names,
 * proof) lies in a folder `<file>.files` beside it, and what people look for beside it, beside it (`BESIDE`).
 */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { FileContent, TargetOutput } from "#stdlib/targets/kind.js";
import { diskError } from "../fetch/disk.js";
import { copyWithUsualMode } from "../fetch/private.js";
import { tools } from "./tools/table.js";

/** What companions of a file are called: `helper.gguf` → `helper.gguf.files`. */
export const COMPANIONS_SUFFIX = ".files";
/** Paths of a file target that begin with it lie beside the file: `beside:helper.Modelfile`. */
export const SIBLING_FILE_PREFIX = "beside:";
/** The file itself, of a target that writes one. */
export const MAIN_FILE = "main";

export interface DeploymentPlace {
  /** As the target's word says. */
  readonly writes: "folder" | "file";
  /** Absolute. */
  readonly path: string;
  /** Names of files that the target writes beside its own. */
  readonly beside?: readonly string[];
}

/** Where a deployment's own files lie (tunebook.json, proof.json): the folder itself, or the file's companions. */
export function deploymentHomeOf({ writes, path }: DeploymentPlace): string {
  return writes === "folder" ? path : `${path}${COMPANIONS_SUFFIX}`;
}

/** `work`: the folder that stands for the one which the place is in (of a file), or for the place itself. */
export function targetOutputIn(work: string, place: DeploymentPlace, source: string): TargetOutput {
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
      const load = tools[name];
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

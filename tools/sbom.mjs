// The software bill of materials (CycloneDX 1.5) of the package. npm makes it from the lock file when the package is
// packed (`npm run package`; a `prepack` script would not run, since scripts are switched off in .npmrc). This script
// adds what `tunebook setup` downloads later: TensorFlow's wheels, and the packages of `tunebook setup sql`. The same
// lock files give the same bytes.
//
// node tools/sbom.mjs [FILE]   (default: sbom.cdx.json beside package.json; needs a build)
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { npmProgram } from "./npm-program.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const run = promisify(execFile);

export async function billOfMaterials() {
  const [own, sql, wheels] = await Promise.all([
    npmBill(root),
    npmBill(join(root, "tools", "node-env", "sql")),
    wheelsOf(),
  ]);
  const { serialNumber, ...bill } = own;
  const { timestamp, ...metadata } = bill.metadata;
  void [serialNumber, timestamp];
  const listed = new Set(own.components.map((one) => one["bom-ref"]));
  const later = [...sql.components.filter((one) => !listed.has(one["bom-ref"])), ...wheels];
  return {
    ...bill,
    metadata: { ...metadata, component: { ...metadata.component, name: "tunebook" } },
    // `optional` is CycloneDX's scope for components that are not installed with the package.
    components: [...own.components, ...later.map((one) => ({ ...one, scope: "optional" }))],
    dependencies: [...own.dependencies, ...sql.dependencies.filter(({ ref }) => !listed.has(ref) && !isRoot(ref))],
  };
}

const isRoot = (ref) => ref.startsWith("tunebook-sql@");

/** npm requires a version of every package; a private folder's has none. */
function withoutDevelopment({ devDependencies, ...described }) {
  void devDependencies;
  return { version: "0.0.0", ...described };
}

/**
 * Returns the bill of the lock file in a folder, without packages that only development needs. npm reads a copy in a
 * temporary folder.
 */
async function npmBill(folder) {
  const work = mkdtempSync(join(tmpdir(), "tunebook-sbom-"));
  try {
    const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
    const lock = read("package-lock.json");
    // npm 11's `--omit=dev` also leaves out packages that both development and the package need (acorn, ajv, diff and
    // 40 more). So packages that only development needs are removed from the copy instead.
    const packages = Object.entries(lock.packages).filter(([, { dev, devOptional }]) => !dev && !devOptional);
    const used = Object.fromEntries(packages.map(([path, one]) => [path, path === "" ? withoutDevelopment(one) : one]));
    const copies = {
      "package.json": withoutDevelopment(read("package.json")),
      "package-lock.json": { ...lock, packages: used },
    };
    for (const [name, copy] of Object.entries(copies)) writeFileSync(join(work, name), JSON.stringify(copy));
    const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"];
    const { stdout } = await run(process.execPath, [await npmProgram(), ...args], { cwd: work, maxBuffer: 1 << 26 });
    return JSON.parse(stdout);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** TensorFlow and, for NVIDIA GPUs, CUDA's libraries: `tunebook setup` installs these wheels with these checksums. */
async function wheelsOf() {
  const { WHEEL_CHECKSUMS } = await import(new URL("../dist/kernel/engines/native/versions.js", import.meta.url));
  return Object.entries(WHEEL_CHECKSUMS).map(([file, sha256]) => {
    const [project, version] = file.split("-");
    const name = project.replaceAll("_", "-");
    const license = name.startsWith("nvidia") ? { name: "NVIDIA Software License Agreement" } : { id: "Apache-2.0" };
    return {
      "bom-ref": file,
      type: "library",
      name,
      version,
      purl: `pkg:pypi/${name}@${version}?file_name=${encodeURIComponent(file)}`,
      hashes: [{ alg: "SHA-256", content: sha256 }],
      licenses: [{ license }],
    };
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = process.argv[2] ?? join(root, "sbom.cdx.json");
  const bill = await billOfMaterials();
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  console.error(`${file}: ${String(bill.components.length)} components`);
}

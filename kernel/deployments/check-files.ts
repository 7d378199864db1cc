/**
 * Verifies a deployment's files before any is opened: each file by its checksum, no additional files, and no path that
 * leads outside. A deployment may come from anybody, and runtimes open whatever they find.
 */
import { basename, dirname, isAbsolute, join, normalize, sep } from "node:path";
import { changedOrMissingFiles, unknownFiles } from "./files.js";
import { SIBLING_FILE_PREFIX, MAIN_FILE, type DeploymentPlace } from "./output.js";
import type { Deployment } from "./deployment.js";
import type { DeploymentProof } from "./proof.js";

/** Files added by tools that copy folders; no runtime reads them. */
const CARRIED = /^\.git\/|^\.gitattributes$|^\.cache\/huggingface\/|(?:^|\/)\.DS_Store$/;

/** Returns one clause per problem; empty: the deployment is intact. */
export async function deploymentDamage(
  place: DeploymentPlace,
  { files }: DeploymentProof,
  deployment: Deployment,
): Promise<readonly string[]> {
  if (!files) return ["proof.json has no checksums of its files"];
  const astray = [
    ...Object.keys(files).filter((name) => !isInside(place, name)),
    ...graphFiles(deployment).filter((file) => !isPartOf(place, files, file)),
  ];
  if (astray.length > 0) return astray.map((name) => `${JSON.stringify(name)} is listed, but is not one of its files`);
  const foreign = unknownFiles(place, files).filter((name) => !CARRIED.test(name));
  return [
    ...(await changedOrMissingFiles(place, files)),
    ...foreign.map((name) => `${name} is no file that was proved`),
  ];
}

function isInside({ writes, path }: DeploymentPlace, name: string): boolean {
  if (writes === "file" && name === MAIN_FILE) return true;
  if (writes === "file" && name.startsWith(SIBLING_FILE_PREFIX)) return isName(name.slice(SIBLING_FILE_PREFIX.length));
  const inside = normalize(name);
  if (isAbsolute(name) || name === "") return false;
  if (!leadsOut(inside)) return true;
  // A package is a folder instead of a file.
  const ownFolder = join("..", basename(path)) + sep;
  return writes === "file" && inside.startsWith(ownFolder) && !leadsOut(inside.slice(ownFolder.length));
}
const leadsOut = (path: string): boolean => path === ".." || path.startsWith(`..${sep}`);
const isName = (name: string): boolean => name === basename(name) && dirname(name) === "." && !/^\.{0,2}$/.test(name);

const graphFiles = ({ written }: Deployment): readonly string[] =>
  Object.values(written.graphs ?? {}).map(({ file }) => file);

/** Returns whether `file` is a file with a checksum, or a folder of such files. */
function isPartOf(
  { writes, path }: DeploymentPlace,
  files: NonNullable<DeploymentProof["files"]>,
  file: string,
): boolean {
  if (writes === "file" && file === MAIN_FILE) return true;
  const ownFiles = writes === "file" ? [`../${basename(path)}/${file}`] : [file];
  return ownFiles.some((one) => Object.keys(files).some((name) => name === one || name.startsWith(`${one}/`)));
}

/**
 * Lets `require("@tensorflow/tfjs-node-gpu")` find the addon too (in a TypeScript cell, say): a link where the package
 * looks for it. Our own engine host needs no link. A file that we did not put there is left alone.
 */
import { lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { bindingPackageFolder } from "./compile.js";

/** Whether the package finds an addon now. */
export function linkAddonIntoPackage(addon: string): boolean {
  const place = join(bindingPackageFolder(), "lib", "napi-v8", "tfjs_binding.node");
  try {
    const there = lstatSync(place, { throwIfNoEntry: false });
    if (there && (!there.isSymbolicLink() || readlinkSync(place) === addon)) return true;
    mkdirSync(dirname(place), { recursive: true });
    const work = `${place}.${String(process.pid)}`;
    rmSync(work, { force: true });
    symlinkSync(addon, work);
    renameSync(work, place);
    return true;
  } catch {
    return false; // A read-only installation: the engine works without.
  }
}

/**
 * Lets `require("@tensorflow/tfjs-node-gpu")` find the addon too (in a TypeScript cell, for example): creates a link
 * where the package looks for it. Our own engine host needs no link. Files that we did not create are not changed.
 */
import { lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { bindingPackageFolder } from "./compile.js";

/** Returns whether the package finds an addon now. */
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
    return false; // In a read-only installation the engine works without the link.
  }
}

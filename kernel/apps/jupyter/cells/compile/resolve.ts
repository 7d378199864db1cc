/** Resolves the types of imports: from the importing file's folder upwards, then among Tunebook's own dependencies. */
import { fileURLToPath } from "node:url";
import type * as TypeScript from "typescript";
import { ts } from "./typescript.js";

type Resolve = NonNullable<TypeScript.WatchCompilerHostOfFilesAndCompilerOptions<never>["resolveModuleNameLiterals"]>;

/** Returns a resolver for a notebook in that folder. */
export function moduleResolver(folder: string): Resolve {
  const { sys } = ts;
  let cache: TypeScript.ModuleResolutionCache | undefined;
  const resolve = (
    name: string,
    from: string,
    options: TypeScript.CompilerOptions,
    mode: TypeScript.ResolutionMode,
  ): TypeScript.ResolvedModuleWithFailedLookupLocations => {
    cache ??= ts.createModuleResolutionCache(folder, (path) => path, options);
    // The user's files may change, so only results for packages are cached.
    const moduleCache = from.includes("/node_modules/") ? cache : undefined;
    return ts.resolveModuleName(name, from, options, sys, moduleCache, undefined, mode);
  };
  return (literals, from, _redirected, options, file) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(file, literal, options);
      const found = resolve(literal.text, from, options, mode);
      if (found.resolvedModule || from.includes("/node_modules/") || ts.isExternalModuleNameRelative(literal.text))
        return found;
      const ours = resolve(literal.text, thisFile, options, mode);
      return ours.resolvedModule ? ours : found;
    });
}

/** A file from which Tunebook's own dependencies are found. */
const thisFile = fileURLToPath(import.meta.url).replaceAll("\\", "/");

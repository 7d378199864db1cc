/**
 * The TypeScript compiler that tslab's converter includes (5.0.4), and the converter itself. Only the assistant's
 * worker loads them.
 */
import { createRequire } from "node:module";
import type * as TypeScript from "typescript";

const fromHere = createRequire(import.meta.url);
const converterPath = fromHere.resolve("tslab/dist/converter.js");

/**
 * A copy of the compiler's module whose members can be replaced (the original has getters only). The converter is
 * loaded after it and gets the same copy; compile/host.ts sets on it what the converter has no options for.
 */
export const ts: typeof TypeScript = open();

function open(): typeof TypeScript {
  const nearConverter = createRequire(converterPath);
  const path = nearConverter.resolve("@tslab/typescript-for-tslab");
  const copy = { ...(nearConverter(path) as typeof TypeScript) };
  const cached = nearConverter.cache[path];
  if (cached) cached.exports = copy;
  return copy;
}

/** Folder of the `lib.*.d.ts` files that belong to `typescript.d.ts`. */
export const libraryFolder = ts.sys.getExecutingFilePath().replace(/[^/\\]*$/, "");

export interface TslabPosition {
  readonly offset: number;
  readonly line: number;
  readonly character: number;
}
export interface TslabDiagnostic {
  readonly start: TslabPosition;
  readonly end: TslabPosition;
  readonly messageText: string;
  readonly category: number;
  readonly code: number;
  readonly fileName?: string;
}
export interface TslabConverter {
  convert(
    previous: string,
    source: string,
  ): { readonly declOutput?: string; readonly output?: string; readonly diagnostics: readonly TslabDiagnostic[] };
  inspect(previous: string, source: string, position: number): TypeScript.QuickInfo | undefined;
  complete(
    previous: string,
    source: string,
    position: number,
  ): {
    readonly start: number;
    readonly end: number;
    readonly candidates: readonly string[];
    readonly original?: TypeScript.CompletionInfo;
  };
  close(): void;
}
export function createTslabConverter(): TslabConverter {
  return (fromHere(converterPath) as { createConverter(): TslabConverter }).createConverter();
}

export type Part = "all" | "unit" | "e2e" | "long" | "whole";
/** Paths of the compiled test files of a part, end-to-end tests first and then the longest of `times`, relative to `base` (this tree). */
export declare function testFiles(
  part?: Part,
  options?: { readonly base?: string; readonly times?: Readonly<Record<string, number>> },
): string[];
/** `tests/dsl/fuzz.test.ts` as it was built. */
export declare function asBuilt(arg: string): string;
/** Runs them by mocha; `args` are mocha's. */
export declare function runTests(
  part: Part,
  args: readonly string[],
): Promise<{ readonly passes: number; readonly failures: number }>;
/** Whole seconds of the files of at least `least` of them, the longest first, named from tests/ on without their ending. */
export declare function roughSeconds(
  times: Readonly<Record<string, number>>,
  options?: { readonly least?: number; readonly exists?: (file: string) => boolean },
): Record<string, number>;
/** The other way: milliseconds by the compiled file. */
export declare function millisecondsOf(seconds: Readonly<Record<string, number>>): Record<string, number>;
/** Writes what this machine knows to tools/test-seconds.json; its path. */
export declare function writeRoughSeconds(): string;

export type Part = "all" | "unit" | "e2e";
/** Paths of the compiled test files of a part, end-to-end tests first and then the longest of `times`, relative to `base` (this tree). */
export declare function testFiles(
  part?: Part,
  options?: { readonly base?: string; readonly times?: Readonly<Record<string, number>> },
): string[];
/** Runs them by mocha; `args` are mocha's. */
export declare function runTests(
  part: Part,
  args: readonly string[],
): Promise<{ readonly passes: number; readonly failures: number }>;

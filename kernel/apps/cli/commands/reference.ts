/** `tunebook reference`: writes the language reference from the registry, or reports which of its pages are stale. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Command } from "commander";
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";

const WALK = "compiler.md";
/** First line of hand-written pages in the reference's folder. */
const BY_HAND = "<!-- written by hand -->";

export function register(program: Command): void {
  program
    .command("reference")
    .description("write the language reference from the vocabulary's records")
    .option("--out <folder>", "where", "docs/reference")
    .option("--check", "write nothing; exit status 1 if a page is out of date")
    .action(async ({ out, check }: { out: string; check?: true }) => {
      const { referencePages } = await import("#tools/reference/reference.js");
      const { buildCommandLineProgram } = await import("../program.js");
      const pages = await referencePages(await buildCommandLineProgram());
      // Updates the listings of a hand-written page next to the reference.
      const { withListings } = await import("#tools/reference/listings.js");
      const walk = join(dirname(out), WALK);
      const listed = existsSync(walk) ? await withListings(readFileSync(walk, "utf8"), process.cwd()) : null;
      const { stale, left } = compareReferencePages(out, pages);
      const old = listed !== null && listed !== readFileSync(walk, "utf8");
      if (check) {
        if (old) stale.push(WALK);
        if (stale.length + left.length > 0)
          throw new CodedError("reference-stale", { folder: out, pages: [...stale, ...left] });
        return;
      }
      for (const path of stale) {
        mkdirSync(dirname(join(out, path)), { recursive: true });
        writeFileSync(join(out, path), mustGet(pages, path, "page"));
      }
      if (old) writeFileSync(walk, listed);
      for (const path of left) rmSync(join(out, path));
      process.stdout.write(`${pages.size} pages in ${out}, ${stale.length} rewritten, ${left.length} removed\n`);
    });
}

/** `stale`: pages that differ from the generated text; `left`: files without a page. */
export function compareReferencePages(
  folder: string,
  pages: ReadonlyMap<string, string>,
): { readonly stale: string[]; readonly left: readonly string[] } {
  const read = (path: string): string | null => {
    const file = join(folder, path);
    return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : null;
  };
  const stale = [...pages].flatMap(([path, text]) => (read(path) === text ? [] : [path]));
  const there = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const left = there
    .filter((entry) => entry.isFile() && /\.(md|svg)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !pages.has(path) && !read(path)?.startsWith(BY_HAND));
  return { stale, left };
}

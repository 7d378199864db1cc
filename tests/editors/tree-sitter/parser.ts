/** The tree-sitter parser as editors get it: `parser.c`, compiled with tree-sitter's own library, and run on texts. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Node {
  readonly depth: number;
  readonly kind: string;
  /** Offsets in UTF-16 units, like the language's own positions. */
  readonly start: number;
  readonly end: number;
  readonly wrong: boolean;
}

export class Parser {
  private constructor(
    private readonly folder: string,
    private readonly program: string,
  ) {}

  /** Fails if there is no C compiler. Tunebook's setup needs one too, so a machine that runs the tests has it. */
  static compile(): Parser {
    const root = fileURLToPath(new URL("../../../..", import.meta.url));
    const library = join(
      dirname(createRequire(import.meta.url).resolve("tree-sitter/package.json")),
      "vendor/tree-sitter/lib",
    );
    const folder = mkdtempSync(join(tmpdir(), "tunebook-tree-sitter-"));
    const program = join(folder, "dump");
    const grammar = join(root, "editors/tree-sitter-tune/src");
    const sources = [
      join(library, "src/lib.c"),
      join(grammar, "parser.c"),
      join(root, "tests/editors/tree-sitter/dump.c"),
    ];
    const include = [join(library, "include"), join(library, "src"), grammar].map((path) => `-I${path}`);
    const compiler = [process.env["CC"], "cc", "gcc", "clang"].find(
      (name) => name !== undefined && spawnSync(name, ["--version"]).status === 0,
    );
    if (compiler === undefined)
      throw new Error("no C compiler was found (cc, gcc, clang): install one, or name it in CC");
    execFileSync(compiler, ["-O1", "-std=c11", "-D_DEFAULT_SOURCE", "-w", ...include, ...sources, "-o", program], {
      stdio: "pipe",
    });
    return new Parser(folder, program);
  }
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  parse(texts: readonly string[]): readonly (readonly Node[])[] {
    const input = Buffer.concat(
      texts.flatMap((text) => {
        const bytes = Buffer.from(text);
        return [Buffer.from(`${String(bytes.length)}\n`), bytes];
      }),
    );
    const said = execFileSync(this.program, { input, maxBuffer: 1 << 28 }).toString();
    return said
      .split("\n\n")
      .slice(0, texts.length)
      .map((lines, i) => {
        const at = inUtf16(texts[i]!);
        return lines.split("\n").map((line) => {
          const [depth, kind = "", start, end, flag] = line.split(" ");
          return {
            depth: Number(depth),
            kind,
            start: at(Number(start)),
            end: at(Number(end)),
            wrong: flag !== undefined,
          };
        });
      });
  }
  /** Returns the error in a query, or an empty string. */
  queryMistake(path: string): string {
    return spawnSync(this.program, ["--query", path]).stdout.toString();
  }
}

function inUtf16(text: string): (byte: number) => number {
  const bytes = Buffer.from(text);
  return bytes.length === text.length ? (byte) => byte : (byte) => bytes.subarray(0, byte).toString().length;
}

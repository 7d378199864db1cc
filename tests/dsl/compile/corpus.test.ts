/** Every bad program says today what it said when it was last looked at; `TUNEBOOK_BLESS=1` keeps what it says now. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { allCodes, entryOf } from "#dsl/diagnostics/codes.js";
import { withEdits } from "#dsl/diagnostics/fixing.js";
import { Reporter } from "#dsl/diagnostics/reporter.js";
import type { Run } from "../world.js";
import { badPrograms, folder, judged, rendered, type BadProgram } from "./corpus.js";

const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");

describe("the corpus of bad programs", () => {
  const programs = badPrograms();
  for (const program of programs)
    it(program.name, () => {
      const golden = `${folder}${program.name}.txt`;
      const now = rendered(program);
      if (bless || !existsSync(golden)) {
        assert.ok(bless, `${program.name}.txt is missing: look at what the program says, then bless it`);
        writeFileSync(golden, now);
      }
      assert.equal(now, readFileSync(golden, "utf8"));
    });
  it("holds 150 programs, and no golden file without its program", () => {
    assert.ok(programs.length >= 150, String(programs.length));
    const orphans = readdirSync(folder).filter(
      (file) => file.endsWith(".txt") && !existsSync(`${folder}${file.replace(/\.txt$/, ".tune")}`),
    );
    assert.deepEqual(orphans, []);
  });
  it("misses every code of the language that is switched off, in two programs at least (`npm run mutate` does it by place)", () => {
    const unnoticed = languageCodes().filter((code) => {
      let noticed = 0;
      for (const program of programs)
        if (program.run.codes.includes(code as never) && noticed < 2)
          noticed += Number(rendered(without(code, program)) !== rendered(program));
      return noticed < 2;
    });
    assert.deepEqual(unnoticed, []);
  });
  it("has fewer mistakes, and no new one, after each fix that is called certain", () => {
    const failed = programs.flatMap(({ name, text, run }) =>
      run.diagnostics.flatMap(({ fix, span }) => {
        if (!fix?.certain || span.source !== run.sources.at(-1)?.id) return [];
        const after = judged(withEdits(text, fix.edits));
        const fewer = (["error", "warning"] as const).find((one) => countOf(after, one) !== countOf(run, one));
        const better = fewer !== undefined && countOf(after, fewer) < countOf(run, fewer);
        if (better && beyond(errorsIn(after), errorsIn(run)).length === 0) return [];
        return [`${name}: ${fix.title}: ${run.codes.join(" ")} became ${after.codes.join(" ")}`];
      }),
    );
    assert.deepEqual(failed, []);
  });
  it("reports one cause once, where no comment says that there are more", () => {
    const several = programs.filter(({ text, run }) => run.codes.length > 1 && !/^\/\/ mistakes: \d+$/m.test(text));
    assert.deepEqual(
      several.map(({ name, run }) => [name, run.codes]),
      [],
    );
    for (const { name, text, run } of programs) {
      const told = /^\/\/ mistakes: (\d+)$/m.exec(text)?.[1];
      if (told !== undefined) assert.equal(run.codes.length, Number(told), name);
      assert.ok(run.codes.length > 0, `${name} is not bad`);
    }
  });
});

const countOf = ({ diagnostics }: Run, severity: "error" | "warning"): number =>
  diagnostics.filter((d) => d.severity === severity).length;
const errorsIn = ({ diagnostics }: Run): readonly string[] =>
  diagnostics.flatMap((d) => (d.severity === "error" ? [d.code] : []));

/** What of `these` is not in `those`, each counted. */
function beyond(these: readonly string[], those: readonly string[]): readonly string[] {
  const left = [...those];
  return these.filter((code) => {
    const at = left.indexOf(code);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The program as it is judged while nothing reports `code`. */
function without(code: string, { name, text }: BadProgram): BadProgram {
  const { report } = Reporter.prototype;
  Reporter.prototype.report = function (this: Reporter, ...of: Parameters<typeof report>): void {
    if (of[0] !== code) report.apply(this, of);
  } as typeof report;
  try {
    // The blank line makes it another text: what is kept of the parsed one would hide the change.
    return { name, text, run: judged(`${text}\n`) };
  } finally {
    Reporter.prototype.report = report;
  }
}

/** Those that a program shows, alone (`example`) or beside facts of the world; the others are the kernel's rooms'. */
function languageCodes(): readonly string[] {
  return allCodes().filter((code) => entryOf(code)?.example !== undefined || entryOf(code)?.facts === true);
}

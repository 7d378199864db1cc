/** Each invalid program has the committed diagnostics; `TUNEBOOK_BLESS=1` writes the present ones. */
import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { allCodes, codeEntryOf } from "#dsl/language/diagnostics/codes.js";
import { applyEdits } from "#dsl/language/diagnostics/fixing.js";
import { Reporter } from "#dsl/language/diagnostics/reporter.js";
import type { Run } from "../../world.js";
import { fileOf, saidOf } from "./cases.js";
import { badPrograms, folder, judged, type BadProgram } from "./corpus.js";

const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");

describe("corpus of bad programs", () => {
  const programs = badPrograms();
  const byCode = new Map<string, BadProgram[]>();
  for (const program of programs) {
    const file = `${program.run.codes[0]}.txt`;
    byCode.set(file, [...(byCode.get(file) ?? []), program]);
  }
  before(() => {
    if (!bless) return;
    for (const file of readdirSync(folder)) rmSync(`${folder}${file}`);
    for (const [file, of] of byCode)
      writeFileSync(`${folder}${file}`, fileOf(of.map((one) => ({ ...one, said: saidOf(one.run) }))));
  });
  for (const { name, run, said } of programs) it(name, () => assert.deepEqual(bless ? said : saidOf(run), said));
  it("has one file per code and a unique name per program", () => {
    assert.equal(new Set(programs.map(({ name }) => name)).size, programs.length);
    assert.deepEqual(readdirSync(folder).sort(), [...byCode.keys()].sort());
  });
  it("contains at least 1,000 programs", () => assert.ok(programs.length >= 1000, String(programs.length)));
  it("detects each disabled language code in at least two programs (by place: `npm run mutate`)", () => {
    const unnoticed = languageCodes().filter((code) => {
      let noticed = 0;
      for (const program of programs)
        if (program.run.codes.includes(code as never) && noticed < 2)
          noticed += Number(saidOf(without(code, program)).join() !== saidOf(program.run).join());
      return noticed < 2;
    });
    assert.deepEqual(unnoticed, []);
  });
  it("has fewer findings and no new error after each certain fix", () => {
    const failed = programs.flatMap(({ name, text, run }) =>
      run.diagnostics.flatMap(({ fix, span }) => {
        if (!fix?.certain || span.source !== run.sources.at(-1)?.id) return [];
        const after = judged(applyEdits(text, fix.edits));
        const fewer = (["error", "warning"] as const).find((one) => countOf(after, one) !== countOf(run, one));
        const better = fewer !== undefined && countOf(after, fewer) < countOf(run, fewer);
        if (better && beyond(errorsIn(after), errorsIn(run)).length === 0) return [];
        return [`${name}: ${fix.title}: ${run.codes.join(" ")} became ${after.codes.join(" ")}`];
      }),
    );
    assert.deepEqual(failed, []);
  });
  it("reports one cause once, unless a comment states the number of errors", () => {
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

/** Returns the items of `these` that are not in `those`, counting duplicates. */
function beyond(these: readonly string[], those: readonly string[]): readonly string[] {
  const left = [...those];
  return these.filter((code) => {
    const at = left.indexOf(code);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Compiles the program with reports of `code` suppressed. */
function without(code: string, { text }: BadProgram): Run {
  const { report } = Reporter.prototype;
  Reporter.prototype.report = function (this: Reporter, ...of: Parameters<typeof report>): void {
    if (of[0] !== code) report.apply(this, of);
  } as typeof report;
  try {
    // The blank line makes it a different text: a cached result of the same text would hide the change.
    return judged(`${text}\n`);
  } finally {
    Reporter.prototype.report = report;
  }
}

/**
 * Codes that a program can trigger, alone (`example`) or together with facts of the world. The other codes belong to
 * the kernel.
 */
function languageCodes(): readonly string[] {
  return allCodes().filter((code) => codeEntryOf(code)?.example !== undefined || codeEntryOf(code)?.facts === true);
}

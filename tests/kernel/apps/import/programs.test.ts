/**
 * Python programs and notebooks as their authors write them: each relevant call, argument and assignment is carried
 * over or listed.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { parse } from "#dsl/language/syntax/parse.js";
import { importSettings, parseSettings, interpretSettings } from "#kernel/apps/import/import.js";
import { parsePython } from "#kernel/apps/import/python-tree.js";
import type { UncarriedSetting } from "#kernel/apps/import/settings.js";
import { registry } from "#stdlib/registry.js";
import { exampleOf, examples, type Example } from "./corpus.js";

const folder = fileURLToPath(new URL("../../../../../tests/fixtures/import/programs/", import.meta.url));
const files = readdirSync(folder).filter((file) => /\.(py|ipynb)$/.test(file));
const textOf = (file: string): string => readFileSync(folder + file, "utf8");
const verbs = registry.verbs().map((verb) => verb.name);
const bless = process.env["TUNEBOOK_BLESS"] === "1";

/** Returns what an import lists as not carried over, with the texts; undefined if no program is written. */
function leftIn(text: string): readonly UncarriedSetting[] | undefined {
  try {
    return interpretSettings(parseSettings(text, "a.py"), "a.py").left;
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}

/** Returns the positions of the names that an import accounts for: calls, their arguments, and assigned attributes. */
function namesIn(text: string): readonly number[] {
  const settings = parseSettings(text, "a.py");
  const program = mustExist(parsePython(text), "Python");
  const last = (name: string): string => name.replace(/ \d+$/, "").split(".").at(-1) ?? "";
  const steps = settings["program"];
  const known = new Set([...Object.keys(settings), ...Object.keys(isRecord(steps) ? steps : {})].map(last));
  const calls = program.calls.flatMap((call): readonly number[] => {
    const of = `${call.holder ?? ""}.${call.name}`;
    // Excluded: `torch.cuda`, which is only about devices, and functions passed to a call, which are listed with that
    // call.
    const handed = call.within.some(({ name }) => program.handed.has(name));
    if (!known.has(call.name) || of.startsWith("torch.cuda.") || handed || call.dead) return [];
    const given = Object.entries(settings).find(([name]) => last(name) === call.name)?.[1];
    const own = isRecord(given) ? Object.entries(given).filter(([, value]) => value !== null) : [];
    const named = own.flatMap(([name]) => {
      if (!/^[a-z_]\w*$/.test(name)) return [];
      const at = new RegExp(`(?<![\\w.])${name}(?=\\s*=(?!=))`).exec(call.arguments ?? "")?.index;
      return at === undefined ? [] : [call.start + at];
    });
    return [call.callee.to - call.name.length, ...named];
  });
  const attributes = program.assignments.flatMap(({ targets }) =>
    targets.flatMap((target) => {
      const name = target.name === "MemberExpression" ? target.lastChild : null;
      return name?.name === "PropertyName" && known.has(text.slice(name.from, name.to)) ? [name.from] : [];
    }),
  );
  return [...new Set([...calls, ...attributes])];
}
const programOf = (one: Example): string => one.program ?? (one.cells ?? []).join("\n").replace(/^[!%].*$/gm, "");

describe("imported programs of other tools", () => {
  for (const file of files) {
    it(`${file} yields the committed program, which is valid Tune`, () => {
      const { program } = importSettings(textOf(file), file);
      const golden = `${folder}${file}.tune`;
      if (bless) writeFileSync(golden, program);
      assert.ok(existsSync(golden), golden);
      assert.equal(program, readFileSync(golden, "utf8"));
      assert.deepEqual(parse({ id: "x", title: "x", text: program }, verbs).diagnostics, []);
      assert.doesNotMatch(program, /planted/);
    });
  }

  it("are imported without losses if every statement has a counterpart", () => {
    const whole = files.filter((file) => importSettings(textOf(file), file).left.length === 0);
    assert.deepEqual(whole, ["trl-sft.py"]);
  });

  // No reader knows the renamed name, so renaming has the same effect as deleting its reader.
  const programs = [...files.map((file) => exampleOf(textOf(file), file)), ...examples]
    .map((one) => ({ title: one.for[0] ?? "", text: programOf(one).replace(/^!.*$/gm, "") }))
    .filter(({ text }) => text !== "" && leftIn(text) !== undefined);
  for (const { title, text } of programs)
    it(`${title}: a call, argument or attribute without a reader is listed`, () => {
      const places = namesIn(text);
      assert.ok(places.length > 1);
      for (const at of places) {
        const other = `${text.slice(0, at)}zz_${text.slice(at)}`;
        const left = leftIn(other);
        assert.ok(left === undefined || JSON.stringify(left).includes("zz_"), text.slice(at, at + 40));
      }
    });
});

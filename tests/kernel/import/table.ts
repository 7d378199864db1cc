/** `npm run imports`: what becomes of other tools' public examples, by the corpus that stands for them. */
import { examples, outcomeOf, silentIn } from "./corpus.js";

const tools = [...new Set(examples.map(({ of }) => of))];
const rows = tools.map((tool) => {
  const count = { examples: 0, fixtures: 0, whole: 0, named: 0, refused: 0, silent: 0 };
  for (const one of examples.filter(({ of }) => of === tool)) {
    count.examples += one.for.length;
    count.fixtures++;
    count[outcomeOf(one).is] += one.for.length;
    count.silent += silentIn(one).length;
  }
  return { tool, ...count };
});
const all = rows.reduce(
  (sum, row) => ({
    tool: "all",
    examples: sum.examples + row.examples,
    fixtures: sum.fixtures + row.fixtures,
    whole: sum.whole + row.whole,
    named: sum.named + row.named,
    refused: sum.refused + row.refused,
    silent: sum.silent + row.silent,
  }),
  { tool: "all", examples: 0, fixtures: 0, whole: 0, named: 0, refused: 0, silent: 0 },
);
console.log("| tool | examples | fixtures | carried whole | with named losses | refused | silent changes |");
console.log("|---|---:|---:|---:|---:|---:|---:|");
for (const { tool, examples: of, fixtures, whole, named, refused, silent } of [...rows, all])
  console.log(`| ${[tool, of, fixtures, whole, named, refused, silent].join(" | ")} |`);
process.exitCode = all.silent > 0 ? 1 : 0;

/**
 * The language reference as Markdown files, made from the registry, the table of codes and the grammar. Only the
 * sentences that join the records' texts are written by hand; figures come from the compiler itself. The pages are
 * committed, and a test reports when they are stale.
 */
import type { Command } from "commander";
import type { WordKind } from "#dsl/language/types/registry.js";
import { glossary } from "#dsl/assist/glossary.js";
import { registry } from "#stdlib/registry.js";
import { activityPage, codesContents } from "./code-page.js";
import { cliPage } from "./cli-page.js";
import { codesByActivity, pageOfActivity } from "./code-activities.js";
import { familyPage } from "./family-page.js";
import { code, link, joinParagraphs, table } from "#kernel/display/markdown.js";
import { syntaxPages } from "./syntax-page.js";
import { techniquePage } from "./technique-page.js";
import { Trials } from "./tried.js";
import { APART, kindPage, titleOf } from "./word-page.js";

/** Maps the paths in the reference's folder to texts. `program`: the command line. All codes must be loaded. */
export async function referencePages(program: Command): Promise<ReadonlyMap<string, string>> {
  const trials = await Trials.over(registry);
  const pages = new Map<string, string>(syntaxPages());
  for (const family of trials.built("model")) pages.set(`families/${family.name}.md`, await familyPage(family, trials));
  for (const technique of trials.built("technique"))
    pages.set(`techniques/${technique.name}.md`, await techniquePage(technique, trials));
  for (const kind of kindsOf()) pages.set(`words/${kind}.md`, kindPage(kind, trials));
  for (const [activity, names] of codesByActivity())
    pages.set(pageOfActivity(activity), activityPage(activity, names, trials));
  pages.set("codes/README.md", codesContents(trials)).set("cli.md", cliPage(program));
  pages.set("glossary.md", glossaryPage());
  return pages.set("README.md", contents(trials));
}

function glossaryPage(): string {
  return joinParagraphs(
    "# Glossary",
    "Hover texts in notebooks and editors explain the terms that they contain.",
    table(
      ["term", "meaning"],
      glossary.map(({ term, meaning }) => [term, meaning]),
    ),
  );
}

function kindsOf(): readonly WordKind[] {
  return [...new Set(registry.words.map((word) => word.kind))].sort();
}

function contents(trials: Trials): string {
  const own = (kind: "model" | "technique"): string =>
    trials
      .built(kind)
      .map((word) => link(code(word.name), `${APART[kind]}/${word.name}.md`))
      .join(", ");
  return joinParagraphs(
    "# Reference of Tune",
    "`npm run docs` generates these pages from the vocabulary, the tables of codes and the parser. Sizes and shares are computed by the compiler.",
    `${link("Syntax", "syntax.md")} · ${link("Command line", "cli.md")} · ${link("Errors and warnings", "codes/README.md")} · ${link("Files of a run", "run-folder.md")} · ${link("Glossary", "glossary.md")} · ${link("Tune on a few pages", "../tune.md")}`,
    "## Model families",
    own("model"),
    "## Techniques",
    own("technique"),
    "## Words by kind",
    table(
      ["kind", "words"],
      kindsOf().map((kind) => {
        const [built, planned] = [trials.built(kind), registry.ofKind(kind).filter((word) => word.planned)];
        const names = built.map((word) => link(code(word.name), `words/${kind}.md#${word.name}`)).join(", ");
        const rest =
          planned.length > 0 ? `not supported yet: ${planned.map((word) => code(word.name)).join(", ")}` : "";
        return [link(titleOf(kind), `words/${kind}.md`), [names, rest].filter(Boolean).join("; ")];
      }),
    ),
  );
}

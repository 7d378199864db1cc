/**
 * The compiler's service for the page: diagnostics, plans, and each phase drawn as in the notebook. A result is cached
 * until the text, a file or the machine changes.
 */
import type { Source } from "#dsl/language/diagnostics/span.js";
import { symbolsIn } from "#dsl/assist/occurrences.js";
import { signatureAt } from "#dsl/assist/signature.js";
import { editorFindingOf, TuneAssistant } from "#kernel/assist/tune-assistant.js";
import type { CheckedProgram } from "#kernel/host/check-sources.js";
import { registry } from "#stdlib/registry.js";
import { knownBaseNames } from "./bases.js";
import { disk } from "./disk.js";
import { fileListEntries } from "./file-lines.js";
import type { CheckResult, Machine, PageWorkerMethods } from "./protocol.js";
import { syntaxTreeOf } from "./tree.js";
import { PageWorld } from "./world.js";
import { checkProgram } from "./check.js";
import { drawDataPhase, trainingsIn, drawTrainingPhase } from "./phases.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";

type Handlers = {
  readonly [M in keyof PageWorkerMethods]: (
    params: PageWorkerMethods[M]["params"],
  ) => Promise<PageWorkerMethods[M]["result"]>;
};

const verbs = registry.verbs().map((verb) => verb.name);
const sourceOf = (code: string): Source => ({ id: "program", title: "program", text: code });

export function pageHandlers(): Handlers {
  let world = new PageWorld({ ...unknown, engine: "auto", took: [], product: null }, {});
  const assistant = new TuneAssistant(registry, {
    answer: (need) => world.answer(need),
    // All facts are available at once; errors in data are reported by the full check.
    asks: ({ about }) => about !== "data",
    typescript: () => [],
  });
  let last: { readonly key: string; readonly made: Promise<CheckedProgram> } | null = null;

  function checked(code: string): Promise<CheckedProgram> {
    const key = JSON.stringify([code, disk.version, world.machine]);
    if (last?.key === key) return last.made;
    const made = checkProgram(code, world);
    last = { key, made };
    return made;
  }

  return {
    start: async ({ machine, tokenizers }) => {
      world = new PageWorld({ ...machine, engine: "auto", took: [], product: null }, tokenizers);
      return { bases: knownBaseNames };
    },
    machine: async (machine) => {
      world.machine = { ...machine, engine: "auto", took: [], product: null };
      return null;
    },
    files: async ({ all }) => {
      disk.clear();
      for (const { path, text } of all)
        disk.put(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
      return fileListEntries();
    },
    check: async ({ code }) => {
      const begun = performance.now();
      const { diagnostics, actions, facts } = await checked(code);
      assistant.learn({ facts: facts.entries() });
      return { ...(await checkResultOf(diagnostics, actions, world)), milliseconds: performance.now() - begun };
    },
    complete: ({ code, offset }) => assistant.complete(code, offset),
    inspect: async ({ code, offset }) => {
      const { bundle, start, end } = await assistant.inspect(code, offset);
      const markdown = bundle["text/markdown"];
      return typeof markdown === "string" && start !== undefined && end !== undefined ? { start, end, markdown } : null;
    },
    signature: async ({ code, offset }) => signatureAt(code, offset, registry) ?? null,
    format: async ({ code }) => {
      const formatted = assistant.format(code);
      return formatted === null ? null : `${formatted}\n`;
    },
    outline: async ({ code }) =>
      symbolsIn(sourceOf(code), registry).map(({ name, is, nameSpan }) => ({ name, is, from: nameSpan.start })),
    show: async ({ code, view, name }) => {
      if (view === "tree") {
        const tree = syntaxTreeOf(sourceOf(code), verbs);
        return tree.length > 0 ? { tree } : { none: "There is no statement yet." };
      }
      const { diagnostics, actions } = await checked(code);
      const wrong = diagnostics.filter(({ severity }) => severity === "error").length;
      if (wrong > 0)
        return {
          none: `Mend ${wrong === 1 ? "the mistake" : `the ${String(wrong)} mistakes`} first: this phase comes after the check.`,
        };
      return view === "data" ? drawDataPhase(actions, name, world) : drawTrainingPhase(actions, view, name, world);
    },
  };
}

const unknown: Machine = { memoryBytes: 8 * 2 ** 30, cores: 4 };

export async function checkResultOf(
  diagnostics: readonly Diagnostic[],
  actions: readonly Action[],
  world: PageWorld,
): Promise<Omit<CheckResult, "milliseconds">> {
  const trainings = trainingsIn(actions);
  const guessed: string[] = [];
  for (const { plan } of trainings)
    if (!plan.recipe.model.scratch && (await world.guesses(dataReadingSettingsOf(plan.recipe.model))))
      guessed.push(plan.recipe.model.base);
  const bases = [...new Set(guessed)];
  const notes = [
    ...bases.map(
      (base) =>
        `Lengths in tokens are guessed for ${base} (a token for each word and mark, more for long words); drop its tokenizer.json for exact ones.`,
    ),
    ...(trainings.some(({ plan }) => plan.recipe.model.scratch)
      ? [
          "A tokenizer from scratch is trained when the program runs: here it has as many tokens as were asked for, and lengths are guessed.",
        ]
      : []),
  ];
  const hint = "lengths are guessed on this page: drop the base's tokenizer.json for exact ones";
  return {
    findings: diagnostics.map((d) => {
      const finding = editorFindingOf(d);
      if (d.code !== "truncated" || notes.length === 0) return finding;
      return { ...finding, help: [finding.help, hint].filter(Boolean).join("; ") };
    }),
    unmeasured: bases,
    notes,
    trainings: trainings.map(({ name }) => name),
    data: actions.flatMap((action) => (action.verb === "data" ? [action.name] : [])),
  };
}

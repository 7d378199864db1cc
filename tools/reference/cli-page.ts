/** The reference page of the command line, made from its commands. */
import type { Argument, Command, Option } from "commander";
import { code, fencedCodeBlock, joinParagraphs, link, table } from "#kernel/display/markdown.js";

/** Commands whose subcommands are programs with options of their own. */
const SUBCOMMANDS_ELSEWHERE = new Map([["bench", link("bench/README.md", "../../bench/README.md")]]);

export function cliPage(program: Command): string {
  const commands = [...program.commands].sort((a, b) => a.name().localeCompare(b.name()));
  return joinParagraphs(
    "# Command line",
    "Made by `npm run docs` from the commands themselves. `npx tunebook help COMMAND` prints the same.",
    table(
      ["command", "what it does"],
      commands.map((command) => [link(code(command.name()), `#${command.name()}`), command.description()]),
    ),
    ...commands.flatMap((command) => commandSections(command, `tunebook ${command.name()}`, "##")),
  );
}

/** A command's section, followed by one for each of its subcommands. */
function commandSections(command: Command, name: string, heading: string): readonly string[] {
  const elsewhere = SUBCOMMANDS_ELSEWHERE.get(command.name());
  const own = joinParagraphs(
    `${heading} ${heading === "##" ? command.name() : name}`,
    `${sentence(command.description())}${elsewhere ? ` ${elsewhere} lists them.` : ""}`,
    fencedCodeBlock("", `npx ${name} ${command.usage()}`),
    ...parametersTable(command),
  ).trimEnd();
  const rest = elsewhere ? [] : command.commands;
  return [own, ...rest.flatMap((child) => commandSections(child, `${name} ${child.name()}`, "###"))];
}

function parametersTable(command: Command): readonly string[] {
  const rows = [
    ...command.registeredArguments.filter(({ description }) => description).map(argumentRow),
    ...command.options.filter(({ hidden }) => !hidden).map(optionRow),
  ];
  return rows.length === 0 ? [] : [table(["argument or option", "meaning", "default"], rows)];
}

function argumentRow(argument: Argument): readonly string[] {
  const name = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
  return [code(name), argument.description, defaultText(argument)];
}

function optionRow(option: Option): readonly string[] {
  const choices = option.argChoices ? ` (${option.argChoices.map(code).join(", ")})` : "";
  return [code(option.flags), `${option.description}${choices}`, defaultText(option)];
}

/** The value in code, or its description if the command gives one. */
function defaultText({ defaultValue, defaultValueDescription }: Argument | Option): string {
  if (defaultValueDescription) return defaultValueDescription;
  if (defaultValue === undefined || defaultValue === false) return "";
  return Array.isArray(defaultValue)
    ? defaultValue.map((value) => code(String(value))).join(", ")
    : code(String(defaultValue));
}

function sentence(text: string): string {
  const first = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** Codes of what comes and goes in the language: its version, experiments, spellings on their way out. */
import { registerCodes } from "../../diagnostics/codes.js";

/** An old spelling: what it is, and what is known of its end. */
interface Old {
  readonly what: string;
  readonly since: string;
  readonly until: string;
  readonly why: string;
  /** What is written instead, as text. */
  readonly use?: string;
}

declare module "../../diagnostics/codes.js" {
  interface CodeData {
    "unknown-version": { readonly version: string | null; readonly newer?: boolean };
    "misplaced-version": { readonly second?: boolean };
    deprecated: Old;
    removed: Old;
    "experiment-off": { readonly what: string; readonly experiment: string; readonly line: string };
    "unknown-experiment": { readonly name: string; readonly has: readonly string[]; readonly nearest?: string };
    "standard-experiment": { readonly name: string; readonly since: string };
  }
}

const instead = ({ use }: Old): string => (use === undefined ? "leave it out" : `write \`${use}\``);

registerCodes({
  "unknown-version": {
    severity: "error",
    message: ({ version, newer }) =>
      version === null
        ? "the version line names no version"
        : newer
          ? `the text is written in Tune ${version}, and this is Tune 1`
          : `there is no Tune ${version}; this is Tune 1`,
    help: ({ newer }) => (newer ? "install the Tunebook that reads it" : "write `tune 1`"),
    explain:
      "A file or a cell may open with `tune 1`: the language that it is written in. A greater number is a newer language, which this version can't read.",
    example: "tune 2",
  },
  "misplaced-version": {
    severity: "error",
    message: ({ second }) =>
      second ? "the text has a version line already" : "the version line stands after other statements",
    help: ({ second }) => (second ? "remove it" : "make it the first line"),
    explain:
      "`tune 1` says how all of the text is to be read, so it can only be its first statement, and only once. Comments may stand before it.",
    example: "recipe quick { epochs: 3 }\ntune 1",
  },
  deprecated: {
    severity: "warning",
    message: ({ what, since, until, why }) => `${what} is deprecated since ${since}, refused from ${until}: ${why}`,
    help: instead,
    explain:
      "A word, parameter or key has a new spelling, or goes without one. The old spelling is read as the new one until the version named, so nothing changes when it is mended; the recipe's hash stays too. `tunebook fix` mends whole files and notebooks.",
  },
  removed: {
    severity: "error",
    message: ({ what, since, until, why }) => `${what} went in ${until}, deprecated since ${since}: ${why}`,
    help: instead,
    explain:
      "A spelling that was deprecated for some versions has gone. The mend is the one that its warnings named; `tunebook fix` mends whole files and notebooks.",
  },
  "experiment-off": {
    severity: "error",
    message: ({ what, experiment }) => `${what} belongs to the experiment \`${experiment}\`, which is off`,
    help: ({ line }) => `open the text with \`${line}\``,
    explain:
      "What is still being tried may change or go in any version. It can be written where its experiment is switched on by name, in the version line that opens a file or a cell: `tune 1 with NAME`. The switch holds until the next version line, and is part of the recipe.",
  },
  "unknown-experiment": {
    severity: "warning",
    message: ({ name }) => `there is no experiment \`${name}\``,
    help: ({ nearest, has }) =>
      nearest
        ? `write \`${nearest}\``
        : `remove it${has.length > 0 ? `; there are ${has.map((name) => `\`${name}\``).join(", ")}` : ": there are none now"}`,
    explain:
      "The version line switches on an experiment that this version doesn't know: its name is misspelt, or it was given up. It switches nothing on.",
    example: "tune 1 with warp_drive",
  },
  "standard-experiment": {
    severity: "warning",
    message: ({ name, since }) => `\`${name}\` is no experiment any more: it is part of Tune since ${since}`,
    help: () => "remove it",
    explain: "What an experiment brought can be written without a switch. The switch does nothing.",
  },
});

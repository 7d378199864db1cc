/** Notes on data that are not errors: how the data were read, and where only a sample was checked. */
import { groupedNumber, plural } from "#kernel/host/value-text.js";
import type { Facts } from "#dsl/language/types/facts.js";

/** Empty if everything was checked and read in the usual way. */
export function dataCheckNotes(facts: Facts): readonly string[] {
  // The latest fact of a data set also contains its token counts.
  const last = new Map([...facts.about("data")].map((fact) => [fact[0].data.name, fact] as const));
  const headers = [...facts.about("table")].map(([, { sources }]) => sources ?? []);
  const whole = [...last.values()].flatMap(([, { sources }]) => sources ?? []);
  // A header note on the first file is dropped if the data have the same note for all files.
  const isTold = (line: string): boolean => whole.some((one) => one.includes(line.split(": ")[0] ?? line));
  const read = [...whole, ...headers.flat().filter((line) => !isTold(line))];
  const parts = [...last.values()].flatMap(([{ data }, { sampled, counted }]) => {
    const rows = sampled && `the first ${groupedNumber(sampled.rows)} of about ${plural(sampled.of, "row")}`;
    const tokens =
      counted &&
      `the tokens of ${groupedNumber(counted.rows)}${sampled ? " of them" : ` of ${plural(counted.of, "row")}`}`;
    const looked = [rows, tokens].filter((part) => part !== undefined);
    return looked.length === 0
      ? []
      : [`${data.name}: only ${looked.join(", and ")} were checked; \`--whole\` checks all`];
  });
  return [...new Set(read), ...parts];
}

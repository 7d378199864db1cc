/** What `sweep auto` shows: what it looked at, what costs nothing, the program, and what won. */
import { shownOf } from "../bundle.js";
import { card, html } from "../html.js";
import type { Shown } from "../shown.js";
import { count, duration, plural, significant } from "../text.js";
import type { AutoReport } from "../../auto/auto.js";

export function lookedShown({ looked }: AutoReport): Shown {
  const { rows, labels, languages, bases, data, task } = looked;
  return told(`${data}: ${task}`, [
    `${plural(rows.train, "row")} train, ${count(rows.validation)} validate`,
    ...(labels.length > 0
      ? [`${plural(labels.length, "label")}, the rarest with ${plural(labels.at(-1)?.count ?? 0, "row")}`]
      : []),
    ...(languages.length > 0 ? [`languages: ${languages.join(", ")}`] : []),
    ...bases.map(({ name, lengths }) =>
      lengths ? `${name}: 95 % of the rows have ${count(lengths.p95)} tokens or fewer` : name,
    ),
  ]);
}

export function probedShown({ probed, left, goal }: AutoReport): Shown {
  return told(`Without a training, by ${goal.metric} on the validation rows`, [
    ...probed.map(({ name, score, seconds }) => `${name}: ${significant(score)}, learnt in ${duration(seconds)}`),
    ...left.map(({ what, why }) => `left out: ${what} (${why})`),
  ]);
}

export function programShown({ program }: AutoReport): Shown {
  const text = program ?? "";
  const written = html`<pre class="tunebook-program" style="font-family:monospace;white-space:pre-wrap">${text}</pre>`;
  return shownOf(`The sweep that runs:\n\n${text}`, card("The sweep that runs:", written));
}

export function outcomeShown({ outcome }: AutoReport): Shown {
  if (!outcome) return told("Nothing was found", []);
  const { said, front, tune } = outcome;
  const words = [said, `Worth a look, by score, size and time of an answer: ${front.join(", ")}.`];
  if (tune === null) return told(words[0] ?? "", words.slice(1));
  const written = html`<pre class="tunebook-program" style="font-family:monospace;white-space:pre-wrap">${tune}</pre>`;
  return shownOf(`${words.join("\n")}\n\n${tune}`, card(said, html`<p>${words[1] ?? ""}</p>`, written));
}

function told(title: string, lines: readonly string[]): Shown {
  const list = html`<ul>
    ${lines.map((line) => html`<li>${line}</li>`)}
  </ul>`;
  return shownOf([title, ...lines.map((line) => `  ${line}`)].join("\n"), card(title, list));
}

/**
 * What a data set's rows say of each other, once they are cleaned and split: nearly equal texts in several splits, one text
 * with several labels, labels that stand in their texts, groups and scores. Exact duplicates are `leaks.ts`'s.
 */
import type { Conflicts, DataAudit, LabelsTold, NearTexts } from "#dsl/types/audit-facts.js";
import type { RowName } from "#dsl/types/row-name.js";
import { textKey } from "#stdlib/lib/cleaners/normal-form.js";
import { readTurns } from "../conversations.js";
import { rowName } from "../row-names.js";
import { stride, turn, type Row } from "../rows.js";
import { lettersOf, nearTexts, type Looking } from "./near-duplicates.js";

type Splits = ReadonlyMap<string, readonly Row[]>;

/** Pairs, examples and names that are told; all are counted. */
const SHOWN = 5;
/** Labels and rows that an example names. */
const NAMED = 6;
const CHARACTERS = 120;

export async function audited(splits: Splits, labels: readonly string[], o: Looking = {}): Promise<DataAudit> {
  const { signal } = o;
  return {
    near: await nearIn(splits, o),
    conflicts: await conflictsIn(splits, signal),
    told: await toldIn(splits, labels, signal),
    groups: groupsIn(splits),
    scores: scoresIn(splits),
  };
}

/** Each split's texts beside those that train; those that are equal by `drop_duplicates`' rule are exact leaks, and not counted. */
async function nearIn(splits: Splits, o: Looking): Promise<NearTexts[]> {
  const train = splits.get("train");
  if (!train || splits.size < 2) return [];
  const exact = new Set(train.map(({ values }) => textKey(values)));
  const among = train.map(({ values }) => lettersOf(readIn(values)));
  const rows = [...splits].flatMap(([split, all]) =>
    split === "train" ? [] : all.filter(({ values }) => !exact.has(textKey(values))).map((row) => ({ split, row })),
  );
  // Of all splits at once: what trains is taken apart a single time.
  const near = await nearTexts(
    rows.map(({ row }) => lettersOf(readIn(row.values))),
    among,
    { ...o, sets: splits.size - 1 },
  );
  return [...splits.keys()].flatMap((split): NearTexts[] => {
    const own = near.filter(({ text }) => rows[text]?.split === split);
    const pairs = own.slice(0, SHOWN).flatMap(({ text, twin, likeness }) => {
      const [row, trained] = [rows[text]?.row, train[twin]];
      if (!row || !trained) return [];
      return {
        ...{ row: rowName(row), text: shown(row), likeness: Number(likeness.toFixed(3)) },
        trained: { row: rowName(trained), text: shown(trained) },
      };
    });
    return own.length === 0 ? [] : [{ split, rows: own.length, pairs }];
  });
}

async function conflictsIn(splits: Splits, signal?: AbortSignal): Promise<Conflicts> {
  const texts = new Map<string, { label: string; rows: RowName[] | null; row: Row; labels: Set<string> | null }>();
  let at = 0;
  for (const rows of splits.values())
    for (const row of rows) {
      if (at++ % stride === 0) await turn(signal);
      const label = row.values["label"];
      if (label === null || label === undefined) continue;
      const key = textKey(row.values);
      const before = texts.get(key);
      if (!before) texts.set(key, { label: String(label as string), rows: null, row, labels: null });
      else {
        (before.rows ??= [rowName(before.row)]).push(rowName(row));
        if (String(label as string) !== before.label)
          (before.labels ??= new Set([before.label])).add(String(label as string));
      }
    }
  const odd = [...texts.values()].filter(({ labels }) => labels !== null);
  return {
    texts: odd.length,
    rows: odd.reduce((sum, { rows }) => sum + (rows?.length ?? 1), 0),
    examples: odd.slice(0, SHOWN).map(({ row, rows, labels }) => ({
      ...{ text: shown(row), labels: [...(labels ?? [])].slice(0, NAMED), rows: (rows ?? []).slice(0, NAMED) },
      of: { labels: labels?.size ?? 0, rows: rows?.length ?? 0 },
    })),
  };
}

/** Words shorter than this stand in texts by chance. */
const FEWEST_CHARACTERS = 4;

async function toldIn(splits: Splits, labels: readonly string[], signal?: AbortSignal): Promise<LabelsTold | null> {
  const words = labels.map((label) => [label, lettersOf(label)] as const);
  const named = words.filter(([, word]) => word.length >= FEWEST_CHARACTERS && /\p{L}/u.test(word));
  if (named.length < 2) return null;
  const forms = new Map(named.map(([label, word]) => [label, ` ${word} `]));
  const everyForm = [...forms.values()];
  let [rows, own, of, at] = [0, 0, 0, 0];
  let example: LabelsTold["example"] = null;
  for (const all of splits.values())
    for (const row of all) {
      if (at++ % stride === 0) await turn(signal);
      const label = row.values["label"];
      if (typeof label !== "string") continue;
      of++;
      const text = ` ${lettersOf(readIn(row.values))} `;
      const mine = forms.get(label);
      const tells = mine !== undefined && text.includes(mine);
      if (tells) {
        own++;
        example ??= { row: rowName(row), label, text: shown(row) };
      }
      if (tells || everyForm.some((form) => text.includes(form))) rows++;
    }
  return of === 0 ? null : { rows, own, of, example };
}

function groupsIn(splits: Splits): DataAudit["groups"] {
  const first = new Map<string, string>();
  const shared = new Set<string>();
  for (const [split, rows] of splits)
    for (const { values } of rows) {
      const { group: given } = values;
      if (given === null || given === undefined || given === "") continue;
      // The number 7 of a JSON file is the "7" of a CSV file.
      const group = typeof given === "object" ? JSON.stringify(given) : String(given as string | number);
      if (!first.has(group)) first.set(group, split);
      else if (first.get(group) !== split) shared.add(group);
    }
  if (first.size === 0) return null;
  return { shared: shared.size, of: first.size, some: [...shared].slice(0, 3) };
}

function scoresIn(splits: Splits): DataAudit["scores"] {
  const all = [...splits.values()].flatMap(scored);
  const [first] = all;
  if (!first) return null;
  const furthest = all.reduce((most, one) => (Math.abs(one.score) > Math.abs(most.score) ? one : most), first);
  const train = scored(splits.get("train") ?? splits.get("all") ?? []).map(({ score }) => score);
  return {
    ...ends(all.map(({ score }) => score)),
    furthest: furthest.row,
    ...(train.length > 0 && { trained: { ...ends(train), ...middle(train) } }),
  };
}
function scored(rows: readonly Row[]): { readonly score: number; readonly row: RowName }[] {
  return rows.flatMap((row) =>
    typeof row.values["score"] === "number" ? [{ score: row.values["score"], row: rowName(row) }] : [],
  );
}
function ends(scores: readonly number[]): { readonly least: number; readonly greatest: number } {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const score of scores) {
    least = Math.min(least, score);
    greatest = Math.max(greatest, score);
  }
  return { least, greatest };
}
function middle(scores: readonly number[]): { readonly mean: number; readonly spread: number } {
  const over = (of: (score: number) => number): number =>
    scores.reduce((sum, score) => sum + of(score) / scores.length, 0);
  const mean = over((score) => score);
  return { mean, spread: Math.sqrt(over((score) => (score - mean) ** 2)) };
}

/** The text that a model reads of a row; of a conversation what its users say. */
function readIn(values: Row["values"]): string {
  const { messages, text, text_pair: pair, input, question, context } = values;
  if (typeof messages === "string" && text === undefined)
    return readTurns(messages)
      .filter(({ role }) => role === "user")
      .map(({ content }) => content)
      .join("\n");
  return [text ?? input ?? question, pair ?? (question === undefined ? undefined : context)]
    .filter((one) => one !== undefined && one !== null)
    .map((one) => String(one as string))
    .join("\n");
}

function shown({ values }: Row): string {
  const text = readIn(values).replace(/\s+/g, " ").trim();
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}

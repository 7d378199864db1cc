/**
 * Texts of one set that are nearly those of another: candidates by MinHash, each looked at letter by letter before it counts.
 * Time and memory grow with the texts, not with their pairs.
 */
import { LIKENESS, likeness } from "#stdlib/lib/near/letters.js";
import { Band, BANDS, Signatures } from "#stdlib/lib/near/signatures.js";
import { turn } from "../rows.js";

/** No likelier one is looked for: the pair shown need not be the very likest. */
const ENOUGH = 0.95;
/** Candidates of a band that are looked at: where more texts share a band, they are mostly alike, and one is found soon. */
const MOST_CHAINED = 64;
/** Pairs of a text that are compared letter by letter. */
const MOST_COMPARED = 64;
/** Below it a likeness of 0.8 is estimated once in thousands of times. */
const PROMISING = 0.65;

export interface Near {
  /** Place in `texts`, and of the likest in `among`. */
  readonly text: number;
  readonly twin: number;
  readonly likeness: number;
}
/** Texts as `lettersOf` gives them. */
export interface Lettered {
  readonly count: number;
  chunks(): Iterable<readonly string[]>;
  at(text: number): string;
}
export interface Looking {
  readonly signal?: AbortSignal | undefined;
  /** Told how many texts of those among which it is looked are looked through. */
  readonly onRows?: ((done: number, of: number) => void) | undefined;
}

/** For each of `texts` the likest of `among`, where there is one that is like enough. */
export async function nearTexts(
  texts: Lettered,
  among: Lettered,
  { signal, onRows }: Looking = {},
): Promise<readonly Near[]> {
  const all = among.count;
  // Most of the work is to hash them.
  const others = await signed(among, signal, (done) => onRows?.(Math.floor(0.8 * done), all));
  const own = await signed(texts, signal);
  const best = new Map<number, Near>();
  const compared = new Map<number, Set<number>>();
  for (let b = 0; b < BANDS; b++) {
    const band = new Band(others, b);
    for (let j = others.count - 1; j >= 0; j--) band.put(j);
    await turn(signal);
    for (let i = 0; i < own.count; i++) {
      if (i % 4096 === 0) await turn(signal);
      if ((best.get(i)?.likeness ?? 0) >= ENOUGH) continue;
      let looked = 0;
      for (const j of band.with(own.key(i, b))) {
        if (++looked > MOST_CHAINED) break;
        const tried = compared.get(i) ?? new Set();
        if (tried.has(j) || tried.size >= MOST_COMPARED || own.estimate(i, others, j) < PROMISING) continue;
        compared.set(i, tried.add(j));
        const found = likeness(texts.at(i), among.at(j));
        if (found >= LIKENESS && found > (best.get(i)?.likeness ?? 0))
          best.set(i, { text: i, twin: j, likeness: found });
        if (found >= ENOUGH) break;
      }
    }
    onRows?.(Math.floor(all * (0.8 + (0.2 * (b + 1)) / BANDS)), all);
  }
  return [...best.values()].sort((a, b) => b.likeness - a.likeness || a.text - b.text);
}

async function signed(
  texts: Lettered,
  signal: AbortSignal | undefined,
  told?: (done: number) => void,
): Promise<Signatures> {
  const signatures = new Signatures(texts.count);
  for (const chunk of texts.chunks()) {
    await turn(signal);
    for (const text of chunk) signatures.push(text);
    told?.(signatures.count);
  }
  return signatures;
}

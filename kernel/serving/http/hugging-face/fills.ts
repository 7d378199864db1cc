/** Words in gaps as Hugging Face's `fill-mask` tells them. */
import type { Answered } from "../../contract.js";
import type { Asking } from "./asking.js";

interface Candidate {
  readonly token: string;
  readonly probability: number;
}

/** Of one gap a list; of several a list of each, in which the other gaps stay. */
export async function fillsIn({ prediction }: Answered, text: string, asking: Asking): Promise<readonly unknown[]> {
  const { request, model, body } = asking;
  const gaps = prediction["candidates"] as readonly (readonly Candidate[])[];
  const most = body.parameters?.top_k ?? undefined;
  const sign = /\[MASK\]|<mask>/.exec(text)?.[0] ?? null;
  const all = await Promise.all(
    gaps.map(async (candidates, gap) => {
      const told = candidates.slice(0, most);
      const ids = await request.call.within(
        model.tokenize(
          told.map(({ token }) => token),
          { specials: false, signal: request.call.signal },
        ),
      );
      return told.map(({ token, probability }, i) => ({
        score: probability,
        token: ids?.[i]?.[0]?.id ?? -1,
        token_str: token,
        sequence: sign === null ? String(prediction["filled"]) : withGap(text, sign, gap, token),
      }));
    }),
  );
  return all.length === 1 ? (all[0] ?? []) : all;
}

function withGap(text: string, sign: string, gap: number, token: string): string {
  let next = 0;
  return text.replaceAll(sign, (whole) => (next++ === gap ? token : whole));
}

/** Signature of a score as in sacrebleu (without its version), so that scores can be quoted with it. */
export function sacrebleuSignatureNote(settings: string): string {
  return `sacrebleu's signature is ${settings}`;
}

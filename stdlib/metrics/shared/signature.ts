/** How sacrebleu signs a score of these settings (its version aside), so that ours can be quoted beside its. */
export function sacrebleuSignatureNote(settings: string): string {
  return `sacrebleu's signature is ${settings}`;
}

/**
 * config.json as transformers reads it: its classes refuse a whole number where they want a fraction ("initializer_factor": 1),
 * and JavaScript has no other way to write 1.0.
 */
const FRACTIONS =
  /^( *"(?:initializer_(?:range|factor)|logit_scale|(?:attn|final)_logit_softcapping|(?:rms|layer)_norm_(?:eps|epsilon))": -?\d+)(?=,?$)/gm;

export function configText(config: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(config, null, 2).replace(FRACTIONS, "$1.0")}\n`;
}

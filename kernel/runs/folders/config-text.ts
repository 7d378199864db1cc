/**
 * Writes config.json as transformers expects it: its classes refuse an integer where they want a float
 * ("initializer_factor": 1), and JavaScript cannot write 1.0 otherwise.
 */
const FRACTIONS =
  /^( *"(?:initializer_(?:range|factor)|logit_scale|(?:attn|final)_logit_softcapping|(?:rms|layer)_norm_(?:eps|epsilon))": -?\d+)(?=,?$)/gm;

export function modelConfigJsonText(config: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(config, null, 2).replace(FRACTIONS, "$1.0")}\n`;
}

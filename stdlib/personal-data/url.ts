/**
 * Detects links with credentials: a password before the host, or a token among the parameters. Other links are not
 * personal data.
 */
import type { PersonalDataDetector, TextSpan } from "./finding.js";

const most = 2048;
const credentials = /^[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/?#@:]{0,256}:[^\s/?#@]{1,256}@[^\s/?#@]/i;
const token =
  /[?&#;](?:access_?token|auth_?token|token|api_?key|apikey|key|secret|client_secret|password|passwd|pwd|sig|signature|x-amz-signature|jwt|session_?id|auth)=[^&#\s]{6,}/i;

export const urlDetector: PersonalDataDetector = (text) => {
  const found: TextSpan[] = [];
  for (let position = text.indexOf("://"); position >= 0; position = text.indexOf("://", position + 3)) {
    let start = position;
    while (start > 0 && position - start < 30 && /[a-z0-9+.-]/i.test(text[start - 1]!)) start--;
    let end = position + 3;
    while (end < text.length && end - start < most && !/[\s<>"'`]/.test(text[end]!)) end++;
    while (end > position + 3 && /[.,;:!?)\]}]/.test(text[end - 1]!)) end--;
    const link = text.slice(start, end);
    if (credentials.test(link) || (/^(?:https?|wss?):/i.test(link) && token.test(link)))
      found.push({ start, end, sure: true });
    position = Math.max(position, end - 3);
  }
  return found;
};

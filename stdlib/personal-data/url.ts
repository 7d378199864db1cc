/** Links that open a door: a password before the host, or a token among the parameters. Other links are nobody's data. */
import type { Detector, Span } from "./finding.js";

const most = 2048;
const credentials = /^[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/?#@:]{0,256}:[^\s/?#@]{1,256}@[^\s/?#@]/i;
const token =
  /[?&#;](?:access_?token|auth_?token|token|api_?key|apikey|key|secret|client_secret|password|passwd|pwd|sig|signature|x-amz-signature|jwt|session_?id|auth)=[^&#\s]{6,}/i;

export const url: Detector = (text) => {
  const found: Span[] = [];
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    let start = at;
    while (start > 0 && at - start < 30 && /[a-z0-9+.-]/i.test(text[start - 1]!)) start--;
    let end = at + 3;
    while (end < text.length && end - start < most && !/[\s<>"'`]/.test(text[end]!)) end++;
    while (end > at + 3 && /[.,;:!?)\]}]/.test(text[end - 1]!)) end--;
    const link = text.slice(start, end);
    if (credentials.test(link) || (/^(?:https?|wss?):/i.test(link) && token.test(link)))
      found.push({ start, end, sure: true });
    at = Math.max(at, end - 3);
  }
  return found;
};

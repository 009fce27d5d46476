import { readHtml, withoutTags } from './html-text.ts';

const MAX_INPUT = 4000;
const MAX_OUTPUT = 500;

/** Where a stack begins; what follows is for the provider's own people. */
const STACK =
  /\s(?:at\s+[\w.<>$ [\]]{1,80}\(|at (?:async )?(?:file|node|\/)[^\s]{0,20}|Traceback \(most recent call last\)|File "[^"]{1,200}", line \d)/;
/** Published prefixes of credentials, and of ids that name an account. */
const PREFIXED =
  /(?:\b|_)(?:(?:sk|pk|rk|csk|gsk|xai|nvapi|pplx|fw|r8|hf|ghp|gho|ghu|ghs|ghr|github_pat|glpat|tgp|tvly|xox[abp]|org|proj|acct)[-_]|AKIA|AIza|eyJ)[\w.-]{4,2000}|\b(?:user|team|workspace|ws|project|key)[-_](?=\w{0,100}\d)\w{4,200}/;
/** A random string of no published form: long, unbroken, letters and digits mixed. */
const OPAQUE = /^(?=\w*\d)(?=\w*[a-zA-Z])\w{28,}$/;
const URL = /\b[a-z][a-z0-9+.-]{1,20}:\/\//i;
const ADDRESS = /^\W?(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\W?$/;
const HOST =
  /^\W?(?:(?:localhost|[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}):\d{2,5}|[a-z][\w-]{0,62}:\d{4,5}|[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.(?:com|net|org|io|ai|dev|app|cloud|local|internal|svc|lan|cn))\W?$/i;
const FILE_PATH = /\/(?:usr|home|app|var|opt|srv|root|tmp|site-packages|node_modules)\//;

/**
 * A provider's message as it may be shown to the client: one line, at most 500 characters, without HTML, links, hosts and
 * addresses, account ids, credentials or stack traces. Works word by word, in linear time.
 */
export function scrubProviderText(text: string): string {
  const cut = text.slice(0, MAX_INPUT);
  const page = /^\s*<(?:!doctype|html|head|body)/i.test(cut)
    ? readHtml(cut)
    : /<[a-z!/]/i.test(cut)
      ? withoutTags(cut)
      : cut;
  const stack = STACK.exec(page);
  const words = (stack ? page.slice(0, stack.index) : page)
    .split(/[\s\p{Cc}\p{Cf}]+/u)
    .filter((word) => word !== '');
  const shown: string[] = [];
  for (const word of words) {
    const previous = shown.at(-1);
    shown.push(/^(?:Bearer|Basic)$/i.test(previous ?? '') ? '[redacted]' : publicWord(word));
  }
  const line = shown.join(' ');
  return line.length > MAX_OUTPUT ? `${line.slice(0, MAX_OUTPUT - 1)}…` : line;
}

function publicWord(word: string): string {
  if (URL.test(word)) return '[link]';
  if (ADDRESS.test(word) || HOST.test(word) || FILE_PATH.test(word)) return '[address]';
  // OpenAI echoes a refused key with its middle starred out; what is left is still a piece of the key.
  if (word.includes('***') || PREFIXED.test(word)) return '[redacted]';
  if (word.length > 200) return '[redacted]';
  return word.split(/[^\w]/).some((part) => OPAQUE.test(part)) ? '[redacted]' : word;
}

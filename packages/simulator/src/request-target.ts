export type Operation =
  | 'chat'
  | 'completions'
  | 'responses'
  | 'messages'
  | 'count_tokens'
  | 'embeddings'
  | 'images'
  | 'moderations'
  | 'models'
  | 'model'
  | 'upload'
  | 'ollama_chat'
  | 'ollama_generate'
  | 'ollama_tags'
  | 'unknown';

export interface Target {
  readonly upstream: string;
  /** Below the upstream's name, query included. */
  readonly path: string;
  readonly operation: Operation;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST chat/completions': 'chat',
  'POST completions': 'completions',
  'POST responses': 'responses',
  'POST messages': 'messages',
  'POST messages/count_tokens': 'count_tokens',
  'POST embeddings': 'embeddings',
  'POST images/generations': 'images',
  'POST images/edits': 'upload',
  'POST moderations': 'moderations',
  'GET models': 'models',
  'GET catalog/models': 'models',
  'POST api/chat': 'ollama_chat',
  'POST api/generate': 'ollama_generate',
  'GET api/tags': 'ollama_tags',
};

/** What providers put before the operation. A doubled `/v1` is not among them: real ones answer it with 404. */
const PREFIX =
  /^(?:v1beta\/openai|inference\/v1|inference|api\/v1|openai\/v1|openai\/deployments\/[^/]+|v1)\//;

/** Which upstream a URL names and what is asked of it. `/v1/...` without a name is the upstream `default`. */
export function readTarget(method: string, url: string): Target {
  const nameEnd = url.indexOf('/', 1);
  const first = decodeSegment(nameEnd === -1 ? url.slice(1).replace(/\?.*/, '') : url.slice(1, nameEnd));
  const unnamed = first === '' || first === 'v1';
  const path = unnamed ? url : nameEnd === -1 ? '/' : url.slice(nameEnd);
  return { upstream: unnamed ? 'default' : first, path, operation: readOperation(method, path) };
}

function readOperation(method: string, path: string): Operation {
  const query = path.indexOf('?');
  const bare = (query === -1 ? path : path.slice(0, query)).slice(1);
  const below = bare.replace(PREFIX, '');
  const known = OPERATIONS[`${method} ${below}`];
  if (known) return known;
  if (method === 'GET' && below.startsWith('models/')) return 'model';
  if (below.startsWith('audio/') || below === 'files' || below.startsWith('files/')) return 'upload';
  return 'unknown';
}

/** Percent-decoded; as it stands if that is impossible. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

import type { Answer } from './behaviour.ts';
import { type Call, protocolOf } from './call.ts';
import { dialectError } from './dialect-error.ts';
import type { Operation } from './request-target.ts';

const NEEDS_JSON = new Set<Operation>([
  'chat',
  'completions',
  'responses',
  'messages',
  'count_tokens',
  'embeddings',
  'images',
  'moderations',
]);

const NEEDS_MESSAGES = new Set<Operation>(['chat', 'messages', 'count_tokens']);

/** What a healthy provider refuses: an unknown path, a body it cannot read, a model it does not have. Null: the request is fine. */
export function refuseRequest(call: Call, { models }: Answer): Answer | null {
  const { operation, json, model, headers } = call;
  const protocol = protocolOf(call);
  const refuse = (status: number, message: string, details?: { code?: string; param?: string }): Answer => ({
    status,
    body: dialectError(protocol, status, message, details),
  });

  if (operation === 'unknown') return refuse(404, `Invalid URL (${call.path})`);
  if (models && model !== null && !models.includes(model)) {
    return protocol === 'anthropic'
      ? refuse(404, `model: ${model}`)
      : refuse(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
          code: 'model_not_found',
        });
  }
  if (!NEEDS_JSON.has(operation)) return null;
  if (!json) return refuse(400, 'We could not parse the JSON body of your request.');
  if (model === null && operation !== 'images' && operation !== 'moderations') {
    return protocol === 'anthropic'
      ? refuse(400, 'model: Field required')
      : refuse(400, 'you must provide a model parameter');
  }
  if (NEEDS_MESSAGES.has(operation) && (!Array.isArray(json.messages) || json.messages.length === 0)) {
    return protocol === 'anthropic'
      ? refuse(400, 'messages: at least one message is required')
      : refuse(400, "Missing required parameter: 'messages'.", {
          code: 'missing_required_parameter',
          param: 'messages',
        });
  }
  if (operation === 'messages' && typeof json.max_tokens !== 'number') {
    return refuse(400, 'max_tokens: Field required');
  }
  if (protocol === 'anthropic' && !headers['anthropic-version']) {
    return refuse(400, 'anthropic-version: header is required');
  }
  return null;
}

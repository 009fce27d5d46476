import type { ModelInfo } from '@anthropic-ai/sdk/resources/models';
import type { Model } from 'openai/resources/models';
import { type Call, protocolOf } from '../call.ts';
import { decodeSegment } from '../request-target.ts';
import { type AnswerOperation, wholeOnly } from './dialect-answer.ts';

const WELL_KNOWN = [
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-5.4',
  'gpt-5.4-mini',
  'o4-mini',
  'gpt-image-1',
  'text-embedding-3-small',
  'omni-moderation-latest',
  'claude-opus-5',
  'claude-sonnet-5',
  'claude-haiku-4-5',
];

/** `GET /models` in the caller's dialect. */
export const models: AnswerOperation = (call, { models: names = WELL_KNOWN }) => {
  const data = names.map((id) => describe(call, id));
  return protocolOf(call) === 'anthropic'
    ? wholeOnly({ data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null })
    : wholeOnly({ object: 'list', data });
};

/** `GET /models/<id>`. */
export const model: AnswerOperation = (call) => {
  const id = call.path.replace(/\?.*/, '').replace(/^.*\/models\//, '');
  return wholeOnly(describe(call, decodeSegment(id)));
};

function describe(
  call: Call,
  id: string,
): Model | Pick<ModelInfo, 'type' | 'id' | 'display_name' | 'created_at'> {
  return protocolOf(call) === 'anthropic'
    ? { type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' }
    : { id, object: 'model', created: 1_767_225_600, owned_by: call.upstream };
}

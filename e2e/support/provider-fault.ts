import type { FaultName } from '@holdfast/simulator/behaviour';
import { readJson, readModel, readToken } from '@holdfast/simulator/call';
import { expandFault } from '@holdfast/simulator/faults/faults';
import { head } from '@holdfast/simulator/raw/good-answer';
import type { RawRequest } from '@holdfast/simulator/raw/request-reader';
import { replyContent } from '@holdfast/simulator/reply-content';
import { readTarget } from '@holdfast/simulator/request-target';

/** The bytes of a provider's refusal or false success, as an answer to this request. */
export function providerFault(
  { method, path, headers, body, connectionId }: RawRequest,
  fault: FaultName,
): Buffer {
  const json = readJson(body);
  const call = {
    ...readTarget(method, path),
    headers,
    body,
    json,
    model: readModel(json),
    token: readToken(headers),
    stream: json?.stream === true,
    sequence: connectionId,
  };
  const answer = expandFault({ fault }, { protocol: 'openai', stream: call.stream, model: call.model });
  const { contentType, pieces } = replyContent(call, answer);
  const content = Buffer.concat(pieces);
  const { 'content-type': type = contentType, ...rest } = answer.headers ?? {};
  const start = head(`${answer.status ?? 200} Simulated`, [
    `content-type: ${type}`,
    `content-length: ${content.length}`,
    ...Object.entries(rest).map(([name, value]) => `${name}: ${value}`),
  ]);
  return Buffer.concat([Buffer.from(start), content]);
}

import { account } from '../account.ts';
import type { Untellable } from '../attempt/translations.ts';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import { sendFault } from './respond-failure.ts';

/** Refuses a request that no endpoint could be told without changing what it asks for: nobody was asked. */
export function respondUntellable(
  exchange: Exchange,
  gateway: Gateway,
  { field, message }: Untellable,
): void {
  const fault = {
    status: 400,
    type: 'invalid_request_error',
    // Anthropic's SDK sends the whole conversation then.
    code: field === 'thread' ? 'thread_not_found' : 'unsupported_parameter',
    message,
    param: field,
    requestId: exchange.id,
  };
  sendFault(exchange, fault, null, 'none');
  account(exchange, gateway, 'rejected');
}

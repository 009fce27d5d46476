import type { FaultName } from '../behaviour.ts';
import { anthropicError, type Fault, htmlPage, openaiError } from './fault.ts';

/** The endpoint itself is broken or overloaded (P18 to P20, N20). */
export const outages = {
  openai_500: openaiError(500, {
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    code: null,
  }),
  server_503: openaiError(503, {
    message: 'The engine is currently overloaded, please try again later.',
    type: 'server_error',
    code: null,
  }),
  anthropic_529: anthropicError(529, 'overloaded_error', 'Overloaded', { 'x-should-retry': 'true' }),
  nginx_502: htmlPage(502, '502 Bad Gateway', 'nginx/1.30.5'),
  nginx_504: htmlPage(504, '504 Gateway Time-out', 'nginx/1.30.5'),
  cloudflare_502: htmlPage(
    502,
    'api.example.com | 502: Bad gateway',
    'cloudflare',
    '<p>The web server reported a bad gateway error.</p>\r\n<p>Visit <a href="https://www.cloudflare.com/5xx-error-landing?utm_source=errorcode_502">cloudflare.com</a></p>\r\n',
  ),
  cloudflare_524: {
    status: 524,
    headers: { 'content-type': 'text/plain', server: 'cloudflare' },
    body: 'error code: 524',
  },
  edge_502_json: openaiError(
    502,
    { message: 'Bad gateway.', type: 'cf_bad_gateway', code: 502 },
    { server: 'cloudflare' },
  ),
  plain_502: { status: 502, headers: { 'content-type': 'text/plain' }, body: 'error code: 502' },
  redirect_302: { status: 302, headers: { location: '/elsewhere/v1/chat/completions' }, body: '' },
} satisfies Partial<Record<FaultName, Fault>>;

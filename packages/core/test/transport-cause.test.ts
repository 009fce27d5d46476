import { expect, test } from '@jest/globals';
import { transportCause } from '../src/transport-cause.ts';
import type { TransportCause } from '../src/verdict.ts';

const error = (fields: object) => Object.assign(new Error('it failed'), fields);

test.each<[string, object, TransportCause]>([
  ['connection refused', { code: 'ECONNREFUSED', syscall: 'connect' }, 'refused'],
  ['no route', { code: 'EHOSTUNREACH' }, 'refused'],
  ['unknown host', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'dns'],
  ['name service down', { code: 'EAI_AGAIN' }, 'dns_temporary'],
  ['plain port', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'tls'],
  ['expired certificate', { code: 'CERT_HAS_EXPIRED' }, 'tls'],
  ['certificate of another name', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'tls'],
  ['self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'tls'],
  ['unknown issuer', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'tls'],
  ['connect timeout', { name: 'ConnectTimeoutError', code: 'UND_ERR_CONNECT_TIMEOUT' }, 'connect_timeout'],
  ['connect timeout of the kernel', { code: 'ETIMEDOUT', syscall: 'connect' }, 'connect_timeout'],
  ['connection lost while reading', { code: 'ETIMEDOUT', syscall: 'read' }, 'reset'],
  ['closed', { name: 'SocketError', code: 'UND_ERR_SOCKET', message: 'other side closed' }, 'closed'],
  [
    'unsolicited 100',
    { name: 'SocketError', code: 'UND_ERR_SOCKET', message: 'bad response' },
    'unexpected_continue',
  ],
  ['reset', { code: 'ECONNRESET', syscall: 'read' }, 'reset'],
  ['broken pipe', { code: 'EPIPE', syscall: 'write' }, 'reset'],
  ['headers timeout', { code: 'UND_ERR_HEADERS_TIMEOUT' }, 'headers_timeout'],
  ['body timeout', { code: 'UND_ERR_BODY_TIMEOUT' }, 'body_timeout'],
  ['parser error without a code', { name: 'HTTPParserError', code: undefined }, 'protocol'],
  ['parser error with a code', { name: 'HTTPParserError', code: 'HPE_INVALID_CONSTANT' }, 'protocol'],
  ['header block too large', { code: 'UND_ERR_HEADERS_OVERFLOW' }, 'headers_overflow'],
  ['lengths that contradict', { code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' }, 'length_mismatch'],
  ['answer too large', { code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' }, 'too_large'],
  ['decompressed too large', { code: 'ERR_BUFFER_TOO_LARGE' }, 'too_large'],
  ['truncated gzip', { code: 'Z_BUF_ERROR' }, 'encoding'],
  ['not gzip', { code: 'Z_DATA_ERROR' }, 'encoding'],
  [
    'refused HTTP/2 stream',
    { code: 'ERR_HTTP2_STREAM_ERROR', message: 'Stream closed with error code NGHTTP2_REFUSED_STREAM' },
    'refused_stream',
  ],
  ['our own pool closed', { name: 'ClientDestroyedError', code: 'UND_ERR_DESTROYED' }, 'refused_stream'],
  ['something new', { code: 'EWHATEVER' }, 'other'],
])('%s', (_name, fields, cause) => {
  expect(transportCause(error(fields)).cause).toBe(cause);
});

test('a fetch failure is known by its cause', () => {
  expect(
    transportCause(new TypeError('fetch failed', { cause: error({ code: 'ECONNREFUSED' }) })).cause,
  ).toBe('refused');
});

test('happy eyeballs: one error per address is read inside the aggregate', () => {
  const tried = [error({ code: 'EHOSTUNREACH' }), error({ code: 'ECONNREFUSED' })];
  expect(transportCause(new AggregateError(tried, '')).cause).toBe('refused');
});

test('a connection that ends inside the answer means a truncated answer', () => {
  expect(transportCause(error({ code: 'UND_ERR_SOCKET' }), true).cause).toBe('truncated');
  expect(transportCause(error({ code: 'ECONNRESET' }), true).cause).toBe('truncated');
  expect(transportCause(error({ code: 'UND_ERR_BODY_TIMEOUT' }), true).cause).toBe('body_timeout');
});

test('what is no error, or refers to itself, is other', () => {
  const loop: { cause?: unknown; name: string } = { name: 'Error' };
  loop.cause = loop;
  for (const value of [
    undefined,
    null,
    'text',
    7,
    {},
    loop,
    { code: 7, message: 8, name: 9 },
    { code: 'constructor' },
  ]) {
    expect(transportCause(value).cause).toBe('other');
  }
});

test('the detail is bounded', () => {
  expect(transportCause(error({ message: 'x'.repeat(100_000) })).detail.length).toBeLessThanOrEqual(200);
});

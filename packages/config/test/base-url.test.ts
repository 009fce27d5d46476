import { describe, expect, test } from '@jest/globals';
import { baseUrlProblem, isForbiddenAddress } from '../src/base-url.ts';

describe('an upstream address', () => {
  test.each([
    'https://api.openai.com/v1',
    'http://127.0.0.1:8080/v1',
    'http://localhost:11434/v1',
    'http://[::1]:8080',
    'http://10.1.2.3/v1',
    'http://192.168.0.7:1234',
    'http://[fd12:3456::1]/v1',
    'http://ollama:11434',
    'https://169.255.1.1/v1',
    'https://169-254-169-254.example.com/v1',
    'http://[::ffff:127.0.0.1]/v1',
  ])('%s may be public, private or loopback', (url) => {
    expect(baseUrlProblem(url)).toBeNull();
  });

  test.each([
    'http://169.254.169.254/latest',
    'http://169.254.0.1',
    'http://169.254.169.254./x',
    'http://2852039166/',
    'http://0xA9FEA9FE/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://0xa9.254.0251.254/',
    'http://１６９.２５４.１６９.２５４/',
    'http://169。254。169。254/',
    'http://%31%36%39.254.169.254/',
    'http://[fe80::1]/v1',
    'http://[febf::1]/v1',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'http://[::169.254.169.254]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[2002:a9fe:a9fe::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fd20:ce::254]/',
    'http://100.100.100.200/',
    'http://192.0.0.192/',
    'http://metadata.google.internal/computeMetadata',
    'http://METADATA.google.internal./',
    'http://metadata/',
    'http://metadata.azure.internal/',
    'http://instance-data.ec2.internal/',
  ])('%s is link-local or cloud metadata, and refused', (url) => {
    expect(baseUrlProblem(url)).toContain('link-local');
  });

  test.each([
    ['', 'absolute URL'],
    ['api.example.com/v1', 'absolute URL'],
    ['/v1', 'absolute URL'],
    ['ftp://api.example.com', 'begin with https://'],
    ['file:///etc/passwd', 'begin with https://'],
    ['javascript:alert(1)', 'begin with https://'],
    ['https://user:pass@api.example.com', 'user name'],
    ['https://user@api.example.com', 'user name'],
    ['https://api.example.com/v1?key=x', 'query'],
    ['https://api.example.com/v1#x', 'fragment'],
  ])('%s is refused', (url, reason) => {
    expect(baseUrlProblem(url)).toContain(reason);
  });
});

test('a resolved address can be judged too, with zone or without', () => {
  expect(['169.254.169.254', 'fe80::1%eth0', '::ffff:169.254.1.1'].map(isForbiddenAddress)).toEqual([
    true,
    true,
    true,
  ]);
  expect(['127.0.0.1', '::1', '93.184.216.34', 'example.com', ''].map(isForbiddenAddress)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

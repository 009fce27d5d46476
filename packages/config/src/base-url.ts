import { BlockList, isIP } from 'node:net';

/** Names under which clouds serve instance metadata, credentials included, to anything on the machine. */
const METADATA_HOSTS = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.azure.com',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4'); // RFC 3927; AWS, Azure, Google, Oracle, DigitalOcean metadata
FORBIDDEN.addAddress('100.100.100.200', 'ipv4'); // Alibaba Cloud metadata
FORBIDDEN.addAddress('192.0.0.192', 'ipv4'); // Oracle Cloud metadata, classic
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6'); // RFC 4291
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6'); // AWS metadata over IPv6
FORBIDDEN.addAddress('fd20:ce::254', 'ipv6'); // Google metadata over IPv6

/** True for an address no request may go to: link-local and cloud metadata, also in IPv4-in-IPv6 spellings. */
export function isForbiddenAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  if (isIP(plain) === 4) return FORBIDDEN.check(plain, 'ipv4');
  if (isIP(plain) !== 6) return false;
  const embedded = embeddedIpv4(plain);
  return FORBIDDEN.check(plain, 'ipv6') || (embedded !== null && FORBIDDEN.check(embedded, 'ipv4'));
}

/** Why an upstream must not be called there, or null. WHATWG URL parsing has already unified decimal, hex and octal IPv4. */
export function baseUrlProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'must be an absolute URL such as https://api.example.com/v1';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://';
  if (url.username !== '' || url.password !== '')
    return 'must not carry a user name or password; use api_key or headers';
  if (url.search !== '' || url.hash !== '')
    return 'must not have a query or a fragment: paths are appended to it';
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (METADATA_HOSTS.has(host) || isForbiddenAddress(host)) {
    return 'points to a link-local address, where clouds serve machine credentials; such addresses are never called';
  }
  return null;
}

/** The IPv4 inside an IPv4-mapped (RFC 4291), IPv4-compatible, NAT64 (RFC 6052) or 6to4 (RFC 3056) address, or null. */
function embeddedIpv4(address: string): string | null {
  const groups = ipv6Groups(address);
  if (groups === null) return null;
  const [g0, g1, g2, g3, g4, g5, g6, g7] = groups as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const middleIsZero = g2 === 0 && g3 === 0 && g4 === 0;
  if (g0 === 0 && g1 === 0 && middleIsZero && (g5 === 0 || g5 === 0xffff)) return ipv4Of(g6, g7);
  if (g0 === 0x64 && g1 === 0xff9b && middleIsZero && g5 === 0) return ipv4Of(g6, g7);
  return g0 === 0x2002 ? ipv4Of(g1, g2) : null;
}

function ipv6Groups(address: string): number[] | null {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1); // hex groups only, no dotted tail
  const [head = '', tail] = canonical.split('::');
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return numbers(head);
  const [left, right] = [numbers(head), numbers(tail)];
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

const ipv4Of = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');

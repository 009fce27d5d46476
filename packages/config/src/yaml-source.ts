import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Problem } from './config-error.ts';
import type { ConfigSource } from './config-source.ts';
import { formatPath, type KeyPath } from './key-path.ts';
import { type ReferenceContext, resolveReferences } from './references.ts';

/** Reads YAML with positions and resolves the references in its strings. `name` is how problems name the file. */
export function yamlSource(yaml: string, name: string, context: ReferenceContext): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, merge: true });
  const problems: Problem[] = [];
  const unresolved = new Set<string>();

  const report = (offset: number, path: KeyPath, message: string) => {
    const { line, col } = lines.linePos(offset);
    problems.push({ file: name, line, column: col, key: formatPath(path), message, suggestion: null });
  };

  let readable = true;
  const refuse = (offset: number, message: string) => {
    readable = false;
    report(offset, [], message);
  };

  for (const error of [...document.errors, ...document.warnings]) refuse(error.pos[0], syntaxMessage(error));

  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) === undefined) refuse(node.range?.[0] ?? 0, ALIAS_MESSAGE);
    },
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const resolved = resolveReferences(node.value, context);
      if ('value' in resolved) {
        node.value = resolved.value;
        return;
      }
      const path = pathOf(key, ancestors);
      report(node.range?.[0] ?? 0, path, resolved.problem);
      unresolved.add(JSON.stringify(path));
    },
  });

  let value: unknown;
  try {
    value = readable ? document.toJS() : undefined;
  } catch {
    refuse(0, 'more YAML aliases than any configuration needs');
  }

  return {
    name,
    directory: context.directory,
    value,
    problems,
    locate(path, at) {
      const { line, col } = lines.linePos(offsetOf(document, path, at));
      return { file: name, line, column: col, key: formatPath(path) };
    },
    isUnresolved: (path) => path.some((_, index) => unresolved.has(JSON.stringify(path.slice(0, index + 1)))),
  };
}

/** What the parser says, unless it would quote the text, in which a secret may stand. */
function syntaxMessage({ code, message }: YAMLError): string {
  switch (code) {
    case 'UNEXPECTED_TOKEN':
      return 'unexpected text: is the indentation right, and is text with special characters quoted?';
    case 'TAG_RESOLVE_FAILED':
    case 'BAD_COLLECTION_TYPE':
      return 'unknown YAML tag: quote text that begins with "!"';
    case 'BAD_ALIAS':
      return ALIAS_MESSAGE;
    case 'BAD_DQ_ESCAPE':
      return 'invalid escape in a double-quoted text: use single quotes, or write \\\\';
    case 'BAD_DIRECTIVE':
      return 'invalid YAML directive';
    default:
      return message.charAt(0).toLowerCase() + message.slice(1);
  }
}

const ALIAS_MESSAGE = 'unknown YAML alias: quote text that begins with "*" or "&"';

function pathOf(key: number | 'value' | 'key' | null, ancestors: readonly unknown[]): KeyPath {
  const path: (string | number)[] = [];
  ancestors.forEach((ancestor, index) => {
    if (isPair(ancestor)) path.push(String(isScalar(ancestor.key) ? ancestor.key.value : ancestor.key));
    else if (isSeq(ancestor))
      path.push(
        index === ancestors.length - 1 ? Number(key) : ancestor.items.indexOf(ancestors[index + 1] as Node),
      );
  });
  return path;
}

function offsetOf(document: Document.Parsed, path: KeyPath, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    const { key, value } = childOf(node, part);
    if (key === undefined && value === undefined) return offset;
    const last = index === path.length - 1;
    offset = (last && at === 'key' ? startOf(key) : undefined) ?? startOf(value) ?? startOf(key) ?? offset;
    node = value;
  }
  return offset;
}

function childOf(node: unknown, part: string | number): { key?: unknown; value?: unknown } {
  if (isSeq(node)) return { value: node.items[Number(part)] };
  if (!isMap(node)) return {};
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
  return pair ? { key: pair.key, value: pair.value } : {};
}

const startOf = (node: unknown) => (node as Node | null | undefined)?.range?.[0];

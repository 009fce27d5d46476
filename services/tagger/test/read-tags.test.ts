import { describe, expect, test } from '@jest/globals';
import { MAX_TAG_LENGTH, MAX_TAGS, readTags } from '../src/tagging/read-tags.ts';

const POST = 'A short walk through Lisbon with friends, and a long dinner by the river afterwards.';
const tagsOf = (answer: string, text = POST) => {
  const finding = readTags(answer, text);
  return 'tags' in finding ? finding.tags : finding.reason;
};

describe('tags are read from', () => {
  test.each([
    ['plain JSON', '{"tags": ["lisbon", "food"]}'],
    ['a bare list', '["lisbon", "food"]'],
    ['a code fence', '```json\n{"tags": ["lisbon", "food"]}\n```'],
    ['prose around it', 'Sure! Here you are:\n{"tags": ["lisbon", "food"]}\nAnything else?'],
    ['behind reasoning', '<think>maybe {"tags": []}?</think>\n{"tags": ["lisbon", "food"]}'],
    ['an object with more in it', '{"language": "en", "tags": ["lisbon", "food"], "score": 1}'],
  ])('%s', (_name, answer) => {
    expect(tagsOf(answer)).toEqual(['lisbon', 'food']);
  });
});

describe('tags are cleaned:', () => {
  test('space, hash signs, control characters, empty ones and duplicates in another case go', () => {
    expect(
      tagsOf(JSON.stringify({ tags: [' #Lisbon ', 'lisbon', 'long\n\t dinner', '', '  ', '#'] })),
    ).toEqual(['Lisbon', 'long dinner']);
  });

  test('overlong ones go, and there are never more than the maximum', () => {
    const many = Array.from({ length: 40 }, (_, index) => `tag ${index}`);
    expect(tagsOf(JSON.stringify({ tags: ['x'.repeat(MAX_TAG_LENGTH + 1), ...many] }))).toEqual(
      many.slice(0, MAX_TAGS),
    );
  });
});

describe('an answer is malformed', () => {
  test.each([
    ['no JSON', 'I would tag this as travel.', 'the answer is not JSON'],
    ['cut off', '{"tags": ["lisbon", "fo', 'the answer is not JSON'],
    ['another shape', '{"labels": ["lisbon"]}', 'the answer has no list of tags'],
    ['numbers for tags', '{"tags": [1, 2]}', 'the answer has no list of tags'],
    ['one text for all tags', '{"tags": "lisbon, food"}', 'the answer has no list of tags'],
    ['no tags', '{"tags": []}', 'the answer has no usable tag'],
  ])('with %s', (_name, answer, reason) => {
    expect(tagsOf(answer)).toBe(reason);
  });
});

describe('the language of the tags', () => {
  const russian = 'Сегодня гуляли по набережной, пили кофе и долго смотрели на чаек.';
  const japanese = '今日は友達と海辺を散歩して、とても美味しいコーヒーを飲みました。';

  test('must show the script of the post', () => {
    expect(readTags('{"tags": ["walk", "coffee"]}', russian).kind).toBe('other_language');
    expect(readTags('{"tags": ["прогулка", "кофе"]}', POST).kind).toBe('other_language');
    expect(readTags('{"tags": ["прогулка", "кофе"]}', russian).kind).toBe('tags');
    expect(readTags('{"tags": ["散歩", "コーヒー"]}', japanese).kind).toBe('tags');
  });

  test('may hold foreign names and terms', () => {
    expect(readTags('{"tags": ["Starbucks", "iPhone", "прогулка"]}', russian).kind).toBe('tags');
  });

  test('is not judged where the post is short or mixed', () => {
    expect(readTags('{"tags": ["walk"]}', 'Привет!').kind).toBe('tags');
    expect(readTags('{"tags": ["walk"]}', 'Привет всем, hello everybody, как дела, how are you').kind).toBe(
      'tags',
    );
  });
});

test('hostile text of any length is read without backtracking', () => {
  for (const text of ['{', '[', '#', ' ', '{"tags":['].map((part) => part.repeat(100_000))) {
    expect(readTags(text, text).kind).toBe('malformed');
    expect(readTags(JSON.stringify({ tags: [text] }), text).kind).toBe('malformed');
  }
});

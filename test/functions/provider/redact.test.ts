import { describe, expect, it } from 'vitest';
import { bounded, longestWords, providerWords, redact } from '../../../functions/provider/redact.ts';

const words = (body: unknown) =>
  providerWords(typeof body === 'string' ? body : JSON.stringify(body), ['secret-key']);

describe('what is taken out of a text', () => {
  it.each([
    ['with http://ana:pass@host.example/song', 'with http://host.example/song'],
    ['with HTTPS://token@host.example', 'with HTTPS://host.example'],
    [
      'mail ana@host.example about https://host.example/a@b',
      'mail ana@host.example about https://host.example/a@b',
    ],
    [
      'at https://a.example/1?sig=x and http://b.example/2#sig',
      'at https://a.example/1?[removed] and http://b.example/2?[removed]',
    ],
    ['at "https://a.example/1?sig=x&y=\'z", it is gone', 'at "https://a.example/1?[removed]\'z", it is gone'],
    ['<https://a.example/1?sig=x>', '<https://a.example/1?[removed]>'],
    ['at https://a.example/1 is it?', 'at https://a.example/1 is it?'],
    [
      'sent X-Amz-Signature=dead&X-Amz-Expires=60 twice',
      'sent X-Amz-Signature=[removed]&X-Amz-Expires=[removed] twice',
    ],
    ['sent x-amz-credential%3DAKIA%2F1 twice', 'sent x-amz-credential=[removed] twice'],
    [
      'sent "x-amz-date=2026", x-amz-date=\'2026\' and <x-amz-date=2026>',
      'sent "x-amz-date=[removed]", x-amz-date=[removed]\'2026\' and <x-amz-date=[removed]>',
    ],
  ])('%s', (text, clean) => {
    expect(redact(text, [])).toBe(clean);
  });

  it('is each secret, wherever it comes', () => {
    expect(redact('a key1, b key2 and key1', ['key1', 'key2'])).toBe(
      'a [removed], b [removed] and [removed]',
    );
  });

  it('is no secret of fewer than four characters, which would be in every word', () => {
    expect(redact('the words', ['the', ''])).toBe('the words');
  });
});

describe('the length of what is kept', () => {
  it.each(['a', '猫', '🎵'])('is counted in characters, not in code units: %s', (character) => {
    const longest = character.repeat(longestWords);
    expect(bounded(longest)).toBe(longest);
    expect(bounded(longest + character)).toBe(`${character.repeat(longestWords - 1)}…`);
  });
});

describe('the sentence in an error body', () => {
  it.each([
    [{ code: 1, message: 'one', error: 'two' }, 'one'],
    [{ detail: 'one', error: 'two' }, 'two'],
    [{ detail: 'one', failReason: 'two' }, 'one'],
    [{ message: ' ', msg: 'words' }, 'words'],
    [{ message: null, msg: 'words' }, 'words'],
    [{ error: { code: 5, message: 'words' } }, 'words'],
    ['"words"', 'words'],
    [['one', { msg: 'two' }, {}, 'three'], 'one; two; three'],
    [{ error: { error: { error: { error: { message: 'words' } } } } }, 'words'],
    [[[[[['words']]]]], 'words'],
  ])('%j', (body, sentence) => {
    expect(words(body)).toBe(sentence);
  });

  it('is of the first ten, where a list has more', () => {
    expect(words(Array.from({ length: 12 }, (_, index) => `w${index}`))).toBe(
      'w0; w1; w2; w3; w4; w5; w6; w7; w8; w9',
    );
  });

  it.each([
    ['null'],
    ['7'],
    ['{"data":"words"}'],
    ['[]'],
    ['[{},""]'],
    ['" "'],
    [JSON.stringify({ error: { error: { error: { error: { error: { message: 'deep' } } } } } })],
    ['[[[[[["deep"]]]]]]'],
    // Cut off: what it would quote are fields.
    ['{"message":"wor'],
    [' [{"message":"wor'],
  ])('%s says nothing', (body) => {
    expect(words(body)).toBeUndefined();
  });
});

describe('a page', () => {
  it.each([
    ['<h1>502</h1><p>Bad gateway</p>', '502 Bad gateway'],
    ['<SCRIPT src="x">one < two</SCRIPT ><p>words</p>', 'words'],
    ['<style>p {}</style>some <style>b {}</style>words', 'some words'],
    ['one<script>two</script>three', 'one three'],
    ['<styles>words</styles>', 'words'],
    ['<!doctype html>words<br/>', 'words'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['&lt;b&gt; &quot;it&#39;s&quot; a&nbsp;b', `<b> "it's" a b`],
    ['R&amp;B &amp;lt; soul', 'R&B &lt; soul'],
    ['one\n\n\t two\u0007\u001b[31m three', 'one two [31m three'],
  ])('%s', (page, sentence) => {
    expect(words(page)).toBe(sentence);
  });

  it('is looked at for 16 KiB', () => {
    expect(words(`${' '.repeat(16 * 1024 - 4)}words`)).toBe('word');
    expect(words(`${' '.repeat(16 * 1024)}words`)).toBeUndefined();
  });

  it('hides the secrets that it quotes, and bounds the rest', () => {
    expect(words('no secret-key here')).toBe('no [removed] here');
    expect(words('x'.repeat(501))).toHaveLength(500);
  });
});

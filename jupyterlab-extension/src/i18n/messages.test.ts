import { builtIn } from '../testing/features.js';
import { addMessages, allMessages, isMessage, messageOf } from './messages.js';

const slots = (text: string): string =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort().join();
builtIn();
const entries = [...allMessages()];
const keysWhere = (test: (message: { fa: string; en: string }) => boolean): string[] =>
  entries.filter(([, message]) => test(message)).map(([key]) => key);

describe('texts', () => {
  it('are all there in Persian and in English', () => {
    expect(entries.length).toBeGreaterThan(200);
    expect(keysWhere(({ fa, en }) => fa.trim() === '' || en.trim() === '')).toEqual([]);
  });

  it('have the same slots in both languages', () => {
    expect(keysWhere(({ fa, en }) => slots(fa) !== slots(en))).toEqual([]);
  });

  it('are written with the Persian ی and ک, except where the Arabic ones are what is meant', () => {
    expect(keysWhere(({ fa }) => /[يك]/.test(fa.replace(/«ي\/ك»|«ي» و «ك»/, '')))).toEqual([]);
  });

  it('do not shout', () => {
    expect(keysWhere(({ fa, en }) => /!/.test(fa + en))).toEqual([]);
  });

  it('of one key are told apart where two features give it', () => {
    expect(() => addMessages({ 'sweep.title': { fa: 'چیز دیگر', en: 'Something else' } })).toThrow('sweep.title');
    expect(messageOf('sweep.title').en).toBe('Settings search');
  });

  it('that nobody has added show their key', () => {
    expect(isMessage('nobody.said')).toBe(false);
    expect(messageOf('nobody.said')).toEqual({ fa: 'nobody.said', en: 'nobody.said' });
  });
});

import { describe, expect, it } from 'vitest';
import { isKnownFormat, plainName } from './names.js';

describe('a file’s name', () => {
  it('stays as it is in Persian, with its non-joiners, spaces and digits', () => {
    for (const name of ['نظر‌های خرید ۱۴۰۲.csv', 'می‌روم.tsv', 'Größe (2).parquet', '数据.jsonl', '.csv'])
      expect(plainName(name)).toBe(name);
  });

  it('loses every folder before it, of any system', () => {
    expect(plainName('../../etc/passwd.csv')).toBe('passwd.csv');
    expect(plainName('C:\\Users\\sara\\فروش.csv')).toBe('فروش.csv');
    expect(plainName('a/b\\c.csv')).toBe('c.csv');
  });

  it('loses NUL and other controls, line and paragraph ends among them', () => {
    expect(plainName('a\u0000.exe\u0000.csv')).toBe('a.exe.csv');
    expect(plainName('a\r\nSet-Cookie: x\u001b[31m\u2028\u2029\u0085.csv')).toBe('aSet-Cookie: x[31m.csv');
  });

  it('cannot be shown the other way round: what turns the direction goes', () => {
    // Shown as `reportexe.csv` was `report` + right-to-left override + `vsc.exe`.
    expect(plainName('report\u202evsc.exe')).toBe('reportvsc.exe');
    expect(isKnownFormat(plainName('report\u202evsc.exe'))).toBe(false);
    for (const mark of ['\u061c', '\u200e', '\u200f', '\u202a', '\u202d', '\u2066', '\u2069'])
      expect(plainName(`a${mark}b.csv`)).toBe('ab.csv');
  });

  it('loses what shows nothing, so that no two names look the same by it', () => {
    for (const nothing of ['\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u180e'])
      expect(plainName(`da${nothing}ta.csv`)).toBe('data.csv');
    expect(plainName('a\ud800b.csv')).toBe('ab.csv');
  });

  it('keeps its letters though another script has some that look alike: it is only shown, and nothing is found by it', () => {
    // With a Cyrillic а.
    expect(plainName('dаta.csv')).toBe('dаta.csv');
    expect(plainName('dаta.csv')).not.toBe('data.csv');
    // What Unicode itself holds to be the same is the same.
    expect(plainName('cafe\u0301.csv')).toBe('caf\u00e9.csv');
  });

  it('is nothing where nothing is left, and where it names a folder', () => {
    for (const name of ['', ' ', '.', '..', 'a/', '\u0000', '\u202e\u200b', '../..']) expect(plainName(name)).toBe('');
  });

  it('that is too long for a file system keeps its suffix, and no letter is cut in two', () => {
    const persian = plainName(`${'د'.repeat(400)}.tar.gz`);
    expect(Buffer.byteLength(persian)).toBeLessThanOrEqual(240);
    expect(persian).toMatch(/^د+\.tar\.gz$/u);
    const faces = plainName(`${'🙂'.repeat(300)}.csv`);
    expect(faces).toMatch(/^(?:🙂)+\.csv$/u);
    expect(faces.length).toBeLessThanOrEqual(200);
  });

  it('says by its suffix what the file may be', () => {
    for (const name of ['a.csv', 'a.TSV', 'a.pq', 'a.ipc', 'a.json', 'A.Tar.GZ', 'a.b.tgz'])
      expect([name, isKnownFormat(name)]).toEqual([name, true]);
    // The last ones look as if they could be read; they would be refused when they are here whole.
    for (const name of ['a.exe', 'a', 'csv', 'a.csv.exe', 'a.pkl', 'a_csv', 'a.xls', 'a.npy', 'a.tar.xz', 'a.gz'])
      expect([name, isKnownFormat(name)]).toEqual([name, false]);
  });
});

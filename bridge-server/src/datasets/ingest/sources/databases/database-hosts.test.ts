import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { DatabaseHosts, isLocal } from './database-hosts.js';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'db.example.org': ['93.184.216.34', '10.0.0.7'],
  'db.lab': ['10.0.0.7'],
  'inside.example.org': ['93.184.216.34', '127.0.0.1'],
  localhost: ['::1', '127.0.0.1'],
};
const asked: string[] = [];
const hosts = (...allowed: string[]): DatabaseHosts =>
  new DatabaseHosts(allowed, (host) => {
    asked.push(host);
    return NAMES[host] ? Promise.resolve(NAMES[host]) : Promise.reject(new Error('ENOTFOUND'));
  });
const at = (host: string, by = hosts()): Promise<string> => by.addressOf(`postgresql://u:p@${host}/db`);

describe('machines that databases are asked on', () => {
  it('are those elsewhere, also in the server’s own network, at the address that was looked at', async () => {
    expect(await at('db.example.org')).toBe('93.184.216.34');
    expect(await at('DB.lab')).toBe('10.0.0.7');
    expect(await at('10.0.0.7:5433')).toBe('10.0.0.7');
    expect(await at('[2606:4700:4700::1111]:5433')).toBe('2606:4700:4700::1111');
  });

  it.each([
    'localhost',
    'LOCALHOST:5433',
    'inside.example.org',
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '169.254.169.254',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[fe80::1]',
  ])('are not this one: %s', async (host) => {
    await expect(at(host)).rejects.toMatchObject({ code: 'connection_local' });
  });

  it('are not this one by the addresses that it has in its networks', () => {
    const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
    expect(own.length).toBeGreaterThan(0);
    for (const address of own) expect(isLocal(address)).toBe(true);
    expect(isLocal('nonsense')).toBe(true);
  });

  it('are what the administrator names, as it is named, whatever it leads to', async () => {
    expect(await at('localhost', hosts('localhost'))).toBe('::1');
    expect(await at('127.0.0.1', hosts('127.0.0.1', 'localhost'))).toBe('127.0.0.1');
    expect(await at('inside.example.org', hosts('*'))).toBe('93.184.216.34');
    await expect(at('127.0.0.1', hosts('localhost'))).rejects.toMatchObject({ code: 'connection_local' });
  });

  it.each(['%2Ftmp', '%2Fvar%2Frun%2Fpostgresql', 'a.example,127.0.0.1', '@', 'a%00b'])(
    'are no folders with sockets and no lists: %s',
    async (host) => {
      asked.length = 0;
      await expect(at(host, hosts('*'))).rejects.toMatchObject({ code: 'connection_invalid' });
      expect(asked).toEqual([]);
    },
  );

  it('are said not to be reached where their name leads nowhere', async () => {
    await expect(at('nowhere.example')).rejects.toMatchObject({ code: 'connection_failed' });
  });
});

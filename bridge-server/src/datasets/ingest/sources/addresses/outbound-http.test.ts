import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HUNG_MS } from '../../../../../test/hung.js';
import { type OutboundHttp, open, OPEN_INTERNET } from './outbound-http.js';
import { OpenedSockets } from '../../../../../test/support/sources.js';

describe('the way out to the open Internet', () => {
  let sockets: OpenedSockets;
  let asked: string[] = [];
  let addresses: readonly string[] = [];
  /** As the bridge has it, but for what names lead to. */
  const outbound: OutboundHttp = {
    ...OPEN_INTERNET,
    resolve: (host) => {
      asked.push(host);
      return Promise.resolve(addresses);
    },
  };
  const going = (address: string, by = outbound) => open(by, address, AbortSignal.timeout(HUNG_MS));

  beforeAll(() => {
    sockets = new OpenedSockets();
  });
  afterEach(() => {
    asked = [];
    sockets.forget();
  });
  afterAll(() => sockets.close());

  it.each([
    'http://files.example/a.csv',
    'http://1.1.1.1/a.csv',
    'HTTP://files.example:443/a.csv',
    'ftp://files.example/a.csv',
    'file:///etc/passwd',
    'data:text/csv,a',
  ])('is by https alone: %s is refused before its name is looked up', async (address) => {
    addresses = ['1.1.1.1'];
    await expect(going(address)).rejects.toMatchObject({ code: 'url_invalid' });
    expect([asked, sockets.toward('')]).toEqual([[], []]);
  });

  it.each([
    ['this machine', ['127.0.0.1']],
    ['this machine, by IPv6', ['::1']],
    ['the server’s own network', ['10.0.0.7']],
    ['the address of a cloud’s secrets', ['169.254.169.254']],
    ['one private address behind a public one', ['1.1.1.1', '192.168.0.1']],
  ])('is closed to a name that leads to %s, and no socket is opened', async (_what, found) => {
    addresses = found;
    await expect(going('https://inside.example/a.csv')).rejects.toMatchObject({ code: 'url_private' });
    expect([asked, sockets.toward('')]).toEqual([['inside.example'], []]);
  });

  it('is closed to this machine by the name that the system itself knows', async () => {
    await expect(going('https://localhost/a.csv', OPEN_INTERNET)).rejects.toMatchObject({ code: 'url_private' });
    await expect(going('https://127.0.0.1/a.csv', OPEN_INTERNET)).rejects.toMatchObject({ code: 'url_private' });
    expect(sockets.toward('')).toEqual([]);
  });

  it('leads to the address that was looked at, where that is allowed', async () => {
    addresses = ['127.0.0.1'];
    const near: OutboundHttp = { ...outbound, allows: (address) => address === '127.0.0.1' };
    // Nobody listens there: that it was tried is what counts.
    await expect(going('https://files.example:1/a.csv', near)).rejects.toMatchObject({ code: 'url_failed' });
    expect(sockets.toward('')).toEqual(['files.example:1']);
  });
});

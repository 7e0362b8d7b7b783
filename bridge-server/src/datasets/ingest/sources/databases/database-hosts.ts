import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { KargahError } from '../../../../lib/errors.js';

/** This machine, what is next to it without a router (where clouds keep their secrets), and what is no machine. */
const LOCAL_V4 = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  LOCAL_V4.addSubnet(net, bits, 'ipv4');
/** Also IPv6 forms of IPv4 addresses: mapped, translated, tunnelled. A list of its own, since Node compares IPv4 addresses with mapped networks. */
const LOCAL_V6 = new BlockList();
for (const [net, bits] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 32],
  ['2001::', 32],
  ['2002::', 16],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  LOCAL_V6.addSubnet(net, bits, 'ipv6');

/** A name or address, and nothing that libpq would take for several hosts or for a folder with sockets. */
const HOST = /^(?:[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])$/iu;

type Resolve = (host: string) => Promise<readonly string[]>;
const byTheSystem: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * Which machines databases are asked on. This machine is not among them unless the administrator names it: whoever may give an
 * address would otherwise look through its ports and reach what trusts the bridge's user.
 */
export class DatabaseHosts {
  /** @param allowed names and addresses as they are written in addresses of databases; `*`: all. */
  constructor(
    private readonly allowed: readonly string[],
    private readonly resolve: Resolve = byTheSystem,
  ) {}

  /**
   * The address that is connected to, looked up once.
   *
   * @throws {KargahError} `connection_invalid`, `connection_local`; `connection_failed` where the name leads nowhere
   */
  async addressOf(url: string): Promise<string> {
    const hostname = URL.canParse(url) ? new URL(url).hostname : '';
    if (!HOST.test(hostname)) throw new KargahError('connection_invalid');
    const host = hostname.replace(/^\[|\]$/gu, '').toLowerCase();
    let addresses: readonly string[];
    try {
      addresses = isIP(host) === 0 ? await this.resolve(host) : [host];
    } catch (cause) {
      throw unreachable(cause);
    }
    const [first] = addresses;
    if (first === undefined) throw unreachable();
    const isAllowed = this.allowed.some((one) => one === '*' || one.toLowerCase() === host);
    if (!isAllowed && addresses.some(isLocal)) throw new KargahError('connection_local', { host });
    return first;
  }
}

/** One error for every failure, so that it cannot be used to probe ports, names or users. */
const unreachable = (cause?: unknown): KargahError =>
  new KargahError('connection_failed', { reason: 'no connection with this address, name and password' }, { cause });

export function isLocal(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  if (family === 4 ? LOCAL_V4.check(address, 'ipv4') : LOCAL_V6.check(address, 'ipv6')) return true;
  return Object.values(networkInterfaces()).some((own) => own?.some((one) => one.address === address));
}

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { MailSettings } from '../../src/config.js';

/** A letter as the mail server took it. */
export interface TakenLetter {
  readonly to: readonly string[];
  readonly raw: string;
}

export interface TestSmtp {
  readonly settings: MailSettings;
  readonly taken: TakenLetter[];
  close(): Promise<void>;
}

/** A mail server on a free loopback port. It takes nothing for addresses of `nowhere.example`. */
export async function testSmtp(options: SMTPServerOptions = {}): Promise<TestSmtp> {
  const taken: TakenLetter[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      if (address.endsWith('@nowhere.example'))
        done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }));
      else done();
    },
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        taken.push({ to: envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(parts).toString('utf8') });
        done();
      });
    },
    ...options,
  });
  // What clients do wrong is theirs to be told of.
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return {
    settings: {
      host: '127.0.0.1',
      port,
      secure: false,
      user: null,
      password: '',
      from: 'Kargah <kargah@example.org>',
      labUrl: 'https://lab.example.org/lab',
    },
    taken,
    close: () => new Promise((done) => server.close(() => done())),
  };
}

/** The texts of a letter's parts, decoded, each by its type. */
export function partsOf({ raw }: TakenLetter): Record<string, string> {
  const boundary = /boundary="?([^"\r\n;]+)/u.exec(raw)?.[1] ?? '';
  const parts = raw.split(`--${boundary}`).flatMap((part) => {
    const [head = '', ...body] = part.split('\r\n\r\n');
    const type = /content-type: (text\/\w+)/iu.exec(head)?.[1];
    if (type === undefined) return [];
    const text = body.join('\r\n\r\n').replace(/\r\n/gu, '\n');
    if (/encoding: base64/iu.test(head)) return [[type, Buffer.from(text, 'base64').toString('utf8')]];
    return [[type, /encoding: quoted-printable/iu.test(head) ? fromQuotedPrintable(text) : text]];
  });
  return Object.fromEntries(parts) as Record<string, string>;
}

function fromQuotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\n/gu, '')
    .replace(/=([\dA-F]{2})/gu, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

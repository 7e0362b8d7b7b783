import type { Transporter } from 'nodemailer';
import type { Logger } from 'pino';
import type { MailSettings } from '../config.js';
import type { Clock } from '../lib/clock.js';
import { KargahError } from '../lib/errors.js';
import { Pace } from '../lib/pace.js';
import { written } from './letters.js';
import type { Mail } from './port.js';

/** Limits for a server that hangs: whoever asked waits for the answer. */
const CONNECT_MS = 10_000;
const ANSWER_MS = 15_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/u;

const NONE: Mail = {
  available: false,
  admit() {
    throw new KargahError('mail_not_set_up');
  },
  send: (address) => Promise.resolve({ address, outcome: 'failed' }),
};

/** Nothing of a letter is logged: it holds a token. Of a failure, its kind and what the mail server answered with, as a number. */
export function createMail(settings: MailSettings | null, log: Pick<Logger, 'warn'>, clock: Clock): Mail {
  if (settings === null) return NONE;
  let transport: Promise<Transporter> | undefined;
  // Each person sends a score at once, and then one every other minute: nobody sends letters to the world from here.
  const pace = new Pace(20, 120_000, clock);
  return {
    available: true,
    admit: (userId) => pace.use(userId),
    async send(address, letter) {
      try {
        // The address as an object: a text would be read as a list of several.
        transport ??= transportOf(settings).catch((error: unknown) => {
          transport = undefined;
          throw error;
        });
        const sender = await transport;
        await sender.sendMail({
          from: settings.from,
          to: { name: '', address },
          ...written(letter, settings.labUrl),
        });
        return { address, outcome: 'sent' };
      } catch (error) {
        const { code, command, responseCode } = error as { code?: string; command?: string; responseCode?: number };
        log.warn({ code, command, answer: responseCode, letter: letter.kind }, 'a letter could not be sent');
        // A sender or a letter that the server does not take says nothing of the address.
        const isRefused = command === 'RCPT TO' && responseCode !== undefined && responseCode >= 500;
        return { address, outcome: isRefused ? 'address_refused' : 'failed' };
      }
    },
  };
}

/** Loaded with the first letter: most bridges send none. */
async function transportOf({ host, port, secure, user, password }: MailSettings): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure,
    // A password is shown to nobody who might only have taken STARTTLS out of the server's answer.
    ...(user === null ? {} : { auth: { user, pass: password }, requireTLS: !secure && !LOOPBACK.test(host) }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: ANSWER_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
}

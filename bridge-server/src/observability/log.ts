import { pino, type DestinationStream, type Logger } from 'pino';

const SECRET_KEYS = ['token', 'password', 'secret', 'authorization', 'cookie', '["x-kargah-token"]', '["set-cookie"]'];

/** JSON lines on stderr, where jupyter-server-proxy collects them; what could sign somebody in is taken out. */
export function openLog(level: string, to: DestinationStream = pino.destination({ fd: 2, sync: true })): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET_KEYS.flatMap((key) => [
          key,
          `*${key.startsWith('[') ? '' : '.'}${key}`,
          `*.*${key.startsWith('[') ? '' : '.'}${key}`,
        ]),
        censor: '[redacted]',
      },
    },
    to,
  );
}

import type { IncomingMessage } from 'node:http';
import { KargahError } from '../errors.js';
import type { RequestHandler } from 'express';
import { cameByDoor } from './listen.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/iu;

/**
 * Whether a request means this machine. A page may point its own name at 127.0.0.1 and then counts as same-origin: its name is in
 * `Host`. Requests of the unix socket were looked at by Jupyter.
 */
export function meansThisMachine({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  return cameByDoor(socket) || LOOPBACK.test(headers.host ?? '');
}

/** Refuses what reached a bridge on loopback by any other name. */
export const onlyThisMachine: RequestHandler = (req, _res, next) => {
  if (!meansThisMachine(req)) throw new KargahError('forbidden');
  next();
};

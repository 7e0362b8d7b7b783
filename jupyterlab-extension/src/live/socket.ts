import type { OpenSocket } from './client.js';

/** Websocket only: through Jupyter's proxy polling costs ten times as much, and needs sticky sessions in a team set-up. */
export const openSocket: OpenSocket = async (origin, path, credentials) => {
  const { io } = await import('socket.io-client');
  return io(origin, {
    path,
    transports: ['websocket'],
    autoConnect: false,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
    withCredentials: true,
    auth: (give) => {
      credentials().then(give, () => give({}));
    },
  });
};

// A process of its own with many viewers of one job, the first of whom watches all jobs; says how long points took to reach them.
import { io } from 'socket.io-client';

const [url, token, count, ...jobIds] = process.argv.slice(2);
const now = () => performance.timeOrigin + performance.now();
let delays = [];
const viewers = await Promise.all(
  Array.from({ length: Number(count) }, async (_, n) => {
    const socket = io(url, { path: '/socket.io/', transports: ['websocket'], auth: { token }, forceNew: true });
    socket.on('job_update', ({ metrics }) => {
      const at = now();
      for (const { key, value } of metrics) if (key === 'sent') delays.push(at - value);
    });
    socket.on('job_gap', () => process.send({ gap: true }));
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
    for (const job_id of n === 0 ? jobIds : jobIds.slice(0, 1)) await socket.emitWithAck('subscribe_job', { job_id });
    return socket;
  }),
);
process.on('message', () => {
  process.send({ delays });
  delays = [];
});
process.on('disconnect', () => viewers.forEach((socket) => socket.close()));
process.send({ ready: true });

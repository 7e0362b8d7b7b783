import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { person } from '../../test/app.js';
import { ask, event, LiveFixture, running } from '../../test/support/live.js';
import { TRUST_MS } from '../access/memberships.js';

let bench: LiveFixture;
beforeEach(async () => {
  bench = await LiveFixture.open();
});
afterEach(() => bench.close());

describe('a member of another’s project', () => {
  /** Reza, looking at Sara's project as its viewer. */
  async function looking(): Promise<Socket> {
    bench.others.set('reza', [['prj_sara', 'viewer']]);
    bench.callers.set('reza', {
      ...person('reza', { expiresAt: Infinity }),
      memberships: bench.held('reza').memberships,
    });
    const socket = bench.connect('reza', {}, 'prj_sara');
    await event(socket, 'connect');
    return socket;
  }
  const leave = (): Promise<void> => {
    bench.others.set('reza', []);
    return bench.live.membershipsChanged(['reza']);
  };

  it('is told of what happens in the project that they look at, and of no other', async () => {
    const [viewer, owner] = [await looking(), await bench.connected('sara')];
    const heard: unknown[] = [];
    viewer.on('job_changed', (said: { job: { job_id: string } }) => heard.push(said.job.job_id));
    const ownHears = event(owner, 'job_changed');
    bench.live.jobChanged('prj_reza', { job_id: 'job_of_reza' } as never);
    bench.live.jobChanged('prj_sara', { job_id: 'job_1' } as never);
    await ownHears;
    await ask(viewer, 'subscribe_job', { job_id: 'job_1' });
    expect(heard).toEqual(['job_1']);
  });

  it('watches its jobs, and sees nothing more of it once they have left', async () => {
    const viewer = await looking();
    expect(await ask(viewer, 'subscribe_job', { job_id: 'job_1' })).toMatchObject({ ok: true });
    expect(await ask(viewer, 'subscribe_log', { job_id: 'job_1' })).toMatchObject({ ok: true });
    expect(bench.watched).toBe(1);
    const heard: string[] = [];
    viewer.onAny((name: string) => heard.push(name));
    await leave();
    bench.live.jobUpdated('job_1', running(1));
    bench.live.jobChanged('prj_sara', { job_id: 'job_1' } as never);
    bench.live.datasetChanged('prj_sara', { dataset_id: 'ds_1' } as never);
    bench.live.logAppended('job_1', 0, 2, 'no');
    // What is answered after all of it came after all of it.
    expect(await ask(viewer, 'subscribe_job', { job_id: 'job_1' })).toEqual({ ok: false, code: 'not_found' });
    expect([heard, bench.watched]).toEqual([['projects_changed'], 0]);
  });

  it('is cut off within moments where another bridge took them out', async () => {
    const viewer = await looking();
    const told = event(viewer, 'projects_changed');
    bench.others.set('reza', []);
    bench.clock.pass(TRUST_MS);
    await told;
    expect(await ask(viewer, 'subscribe_job', { job_id: 'job_1' })).toEqual({ ok: false, code: 'not_found' });
  });

  it('is cut off within moments where another bridge ended their session or disabled them, and nobody else is', async () => {
    const [viewer, other] = [await looking(), await bench.connected('sara')];
    const cut = event(viewer, 'disconnect');
    bench.ended.add('reza');
    bench.clock.pass(TRUST_MS);
    expect(await cut).toBe('io server disconnect');
    expect(await ask(other, 'unsubscribe_job', { job_id: 'job_1' })).toMatchObject({ ok: true });
  });

  it('hears of a dataset that is shared with all once, as a member', async () => {
    const viewer = await looking();
    const heard: unknown[] = [];
    viewer.on('dataset_changed', ({ dataset }) => heard.push(dataset));
    bench.live.datasetChanged('prj_sara', { as: 'member' } as never);
    bench.live.datasetChangedForOthers('prj_sara', 'everyone', { as: 'other' } as never, false);
    bench.live.datasetChangedForOthers('prj_sara', ['reza'], { as: 'other' } as never, false);
    await ask(viewer, 'unsubscribe_job', { job_id: 'job_1' });
    expect(heard).toEqual([{ as: 'member' }]);
  });

  it('is refused a project that they are not in, as one that is not there', async () => {
    for (const project of ['prj_sara', 'prj_nobody', 7])
      expect(await event(bench.connect('reza', {}, project), 'connect_error')).toMatchObject({
        data: { code: 'not_found' },
      });
  });
});

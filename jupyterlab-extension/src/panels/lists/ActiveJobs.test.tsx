import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Job } from '../../api/types.js';
import { ENGLISH } from '../../i18n/locale.js';
import { when } from '../../lib/observable.js';
import type { ListState } from '../../store/list.js';
import { job, page } from '../../testing/bridge.js';
import { Workbench } from '../../testing/workbench.js';
import ActiveJobs from './ActiveJobs.js';

let bench: Workbench;
let left: jest.Mock<void, []>;

async function open(...jobs: Job[]): Promise<void> {
  bench = await Workbench.start(ENGLISH, ({ path }) => (path.includes('/train/jobs') ? page(...jobs) : page()));
  await when(bench.kargah.store.list('jobs'), (state): state is ListState<Job> => state.status === 'ready');
  left = jest.fn();
  bench.show(<ActiveJobs features={bench.features} onLeave={left} />);
}
afterEach(async () => {
  cleanup();
  await bench.stop();
});

describe('the jobs of the status bar', () => {
  it('name what runs and waits, how far it is and how long it takes', async () => {
    await open(
      job(),
      job({ job_id: 'job_bbbbbb', name: 'next', state: 'queued', queue_position: 1 }),
      job({ job_id: 'job_cccccc', name: 'over', state: 'succeeded' }),
    );
    expect(screen.getAllByTestId('kargah-active-job').map((row) => row.textContent.replace(/\p{Cf}/gu, ''))).toEqual([
      'mlp-digits-071 min 12 s70%',
      'nextqueued, no. 1',
    ]);
  });

  it('open a job on a click, and get out of its way', async () => {
    await open(job());
    await userEvent.click(screen.getByTestId('kargah-active-job'));
    expect(bench.opened).toEqual(['job job_aaaaaa']);
    expect(left).toHaveBeenCalledTimes(1);
  });

  it('follow the job as it goes on, until none is left', async () => {
    await open(job());
    bench.socket.emit('job_changed', { job: job({ state: 'succeeded' }), deleted: false });
    await waitFor(() => expect(screen.getByText('No jobs running')).toBeTruthy());
    await userEvent.click(screen.getByRole('button', { name: 'All jobs' }));
    expect(bench.opened).toEqual(['panel']);
  });
});

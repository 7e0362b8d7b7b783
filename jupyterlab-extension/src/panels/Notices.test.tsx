import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ENGLISH } from '../i18n/locale.js';
import { page } from '../testing/bridge.js';
import { TestLive } from '../testing/live.js';
import { Workbench } from '../testing/workbench.js';
import { Notices } from './Notices.js';

let bench: Workbench;

beforeEach(async () => {
  bench = await Workbench.start(ENGLISH, () => page());
  bench.show(<Notices />);
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

describe('what is said while the bridge is away', () => {
  it('is that training goes on, as soon as the connection is lost', async () => {
    await bench.server.stop();
    expect(await screen.findByText('Disconnected; training goes on.')).toBeTruthy();
  });

  it('is up to when the lists are true, with a button that connects at once, and nothing once it has', async () => {
    await bench.server.stop();
    await screen.findByText('Disconnected; training goes on.');
    // As after fifteen seconds of trying.
    bench.kargah.live.connection.set({ state: 'offline', asOf: new Date() });
    expect(await screen.findByText(/Kargah does not answer\. You see everything as of/)).toBeTruthy();
    const back = await TestLive.start(Number(new URL(bench.server.url).port));
    try {
      const socket = back.next();
      await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
      await socket;
      await waitFor(() => expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull());
    } finally {
      bench.kargah.live.disconnect();
      await back.stop();
    }
  });
});

import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ENGLISH } from '../../i18n/locale.js';
import type { Handler } from '../../testing/bridge.js';
import { heard } from '../../testing/live.js';
import { notFound, Workbench } from '../../testing/workbench.js';
import { LogView } from './LogView.js';

const LOGS = '/api/v1/train/jobs/job_aaaaaa/logs';
global.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
let bench: Workbench;
let log: Buffer;

/** A bridge with this log; its search finds the line that says `needle`. */
const handler: Handler = ({ path }) => {
  const url = new URL(path, 'http://bridge');
  if (url.pathname === `${LOGS}/search`) {
    const items = url.searchParams.get('q') === 'needle' ? [{ offset: log.indexOf('the needle'), text: '' }] : [];
    return { status: 200, body: { items, next_offset: null } };
  }
  if (url.pathname !== LOGS) return notFound;
  const offset = Number(url.searchParams.get('offset'));
  const body = log.subarray(offset, offset + Number(url.searchParams.get('limit')));
  return { status: 200, headers: { 'Kargah-Log-Size': String(log.length) }, body };
};

async function open(text: string | Buffer): Promise<{ offset: number }> {
  log = Buffer.from(text as string);
  bench = await Workbench.start(ENGLISH, handler);
  const subscribed = heard(bench.socket, 'subscribe_log');
  bench.show(<LogView jobId="job_aaaaaa" name="n" />);
  const { payload, ack } = await subscribed;
  ack({ ok: true });
  return payload as { offset: number };
}
function say(offset: number, text: string): void {
  const next_offset = offset + Buffer.byteLength(text);
  bench.socket.emit('job_log', { job_id: 'job_aaaaaa', offset, next_offset, text });
}

afterEach(async () => {
  cleanup();
  await bench.stop();
});

describe('the view of a log', () => {
  it('shows what was written and what is, in the colours of a terminal, each letter whole', async () => {
    // The log ends within a letter.
    const half = Buffer.from('گ').subarray(0, 1);
    const { offset } = await open(Buffer.concat([Buffer.from('\u001b[32mready\u001b[0m\n 10%\r 20%\n'), half]));
    expect(offset).toBe(log.length - 1);
    expect((await screen.findByText('ready')).style.color).toBe('var(--kg-t2)');
    expect(screen.getByText('20%')).toBeTruthy();
    say(offset, 'گزارش');
    expect(await screen.findByText('گزارش')).toBeTruthy();
    expect(screen.getByText('3 lines')).toBeTruthy();
  });

  it('searches the whole of a long log, shows the part with the match, and follows the end again', async () => {
    const line = `${'x'.repeat(1023)}\n`;
    await open(`${line.repeat(1500)}the needle\n${line.repeat(1500)}the end\n`);
    expect(await screen.findByText(/of this log/)).toBeTruthy();
    await userEvent.type(screen.getByRole('searchbox'), 'needle');
    expect(await screen.findByText('1 of 1')).toBeTruthy();
    expect(await screen.findByText('Later lines')).toBeTruthy();
    expect(bench.requests).toContain(`GET ${LOGS}?offset=${1500 * 1024 - 512 * 1024}&limit=${1024 * 1024}`);
    const again = heard(bench.socket, 'subscribe_log');
    await userEvent.click(screen.getByRole('switch'));
    expect((await again).payload).toMatchObject({ offset: log.length });
    await waitFor(() => expect(screen.queryByText('Later lines')).toBeNull());
  });

  it('goes on with the end where more was written than it was sent', async () => {
    const { offset } = await open('one\ntwo\n');
    await screen.findByText('two');
    say(offset + 5_000_000, 'far later\n');
    expect(await screen.findByText('far later')).toBeTruthy();
    expect(screen.queryByText('two')).toBeNull();
    expect(screen.getByText('Earlier lines')).toBeTruthy();
  });

  it('leads to the addresses in it, in a tab of its own, and leaves places in files alone', async () => {
    await open(
      'see https://example.org/run/7.\n2026-11-22 10:00:00 INFO at http://localhost:6006/\nFile "/a/train.py", line 3\n',
    );
    const links = await screen.findAllByRole('link');
    expect(links.map((link) => link.getAttribute('href'))).toEqual([
      'https://example.org/run/7',
      'http://localhost:6006/',
    ]);
    for (const link of links) {
      expect(link.getAttribute('target')).toBe('_blank');
      expect(link.getAttribute('rel')).toBe('noopener noreferrer');
    }
  });

  it('wraps its long lines on request, shows each at its place, and remembers it', async () => {
    const height = jest.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
      const rows = this.textContent.includes('long') ? 3 : 1;
      return { height: rows * 20 } as DOMRect;
    });
    try {
      await open('one\na long line\nthree\nfour\n');
      await screen.findByText('four');
      const lines = screen.getByRole('log', { name: 'Log' });
      expect(lines.style.blockSize).toBe('80px');
      await userEvent.click(screen.getByRole('button', { name: 'Wrap long lines' }));
      expect(lines.style.blockSize).toBe('120px');
      await bench.stop();
      cleanup();
      await open('one\na long line\n');
      await screen.findByText('one');
      expect(screen.getByRole('button', { name: 'Wrap long lines' }).getAttribute('aria-pressed')).toBe('true');
      expect(screen.getByRole('log', { name: 'Log' }).style.blockSize).toBe('80px');
    } finally {
      height.mockRestore();
      window.localStorage.clear();
    }
  });
});

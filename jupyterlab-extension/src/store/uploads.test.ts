import { problem, session, TestBridge } from '../testing/bridge.js';
import { kargahFor } from '../testing/render.js';
import { when } from '../lib/observable.js';
import { mayGoOn, type UploadItem } from './uploads.js';

let bridge: TestBridge;
let kargah: ReturnType<typeof kargahFor>;
let received: Buffer;
let status: number;
/** What the next piece is answered with; null takes it. */
let refusal: ReturnType<typeof problem> | null;
/** What the next question how far an upload got is answered with; null tells it. */
let unanswered: number | null;

const tus = (more: Record<string, string> = {}) => ({ 'Tus-Resumable': '1.0.0', ...CORS, ...more });
const CODES: Readonly<Record<number, string>> = { 413: 'quota_exceeded', 415: 'unsupported_format' };
const CORS = {
  'Access-Control-Allow-Headers':
    '*, x-kargah-token, x-kargah-client, tus-resumable, upload-length, upload-metadata, upload-offset, content-type',
  'Access-Control-Allow-Methods': '*, PATCH, DELETE, HEAD, POST',
  'Access-Control-Expose-Headers':
    '*, Location, Kargah-Dataset-Id, Kargah-Same-Dataset-Id, Upload-Offset, Upload-Length',
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Allow-Origin': 'http://localhost',
};

beforeEach(async () => {
  window.localStorage.clear();
  received = Buffer.alloc(0);
  status = 204;
  refusal = null;
  unanswered = null;
  bridge = await TestBridge.start(({ method, path, body }) => {
    if (path.includes('/auth/')) {
      return session('t');
    }
    if (method === 'OPTIONS') {
      return { status: 204, headers: tus() };
    }
    if (path === '/api/v1/uploads' && method === 'POST') {
      return status === 204
        ? { status: 201, headers: tus({ Location: 'uploads/up_aaaaaa', 'Kargah-Dataset-Id': 'ds_aaaaaa' }) }
        : { ...problem(status, CODES[status] ?? '', 'Only CSV.', 'فقط CSV.'), headers: tus() };
    }
    if (path === '/api/v1/uploads/up_aaaaaa' && method === 'HEAD') {
      if (unanswered !== null) {
        const answer = { status: unanswered, headers: tus() };
        unanswered = null;
        return answer;
      }
      return { status: 200, headers: tus({ 'Upload-Offset': String(received.length), 'Upload-Length': '5' }) };
    }
    if (path === '/api/v1/uploads/up_aaaaaa' && method === 'PATCH') {
      if (refusal !== null) return { ...refusal, headers: tus() };
      received = Buffer.concat([received, body]);
      const same: Record<string, string> =
        received.toString() === 'known' ? { 'Kargah-Same-Dataset-Id': 'ds_bbbbbb' } : {};
      return { status: 204, headers: tus({ 'Upload-Offset': String(received.length), ...same }) };
    }
    return method === 'DELETE' ? { status: 204, headers: tus() } : problem(404, 'not_found');
  });
  kargah = kargahFor(bridge.url);
  await kargah.api.session.login({ email: 'a@b.co', password: 'x' });
});
afterEach(async () => {
  kargah.api.session.dispose();
  await bridge.stop();
});

const file = (name: string, text: string): File => new File([text], name, { lastModified: 1 });
const items = () => kargah.uploads.items;
const until = (test: (all: readonly UploadItem[]) => boolean) =>
  when(items(), (all): all is readonly UploadItem[] => test(all));

/** As a page that was left in the middle of an upload keeps it. */
function keepUpload(): void {
  const uploadUrl = `${bridge.url}/api/v1/uploads/up_aaaaaa`;
  const kept = { size: 5, metadata: { filename: 'digits.csv' }, creationTime: new Date().toString(), uploadUrl };
  window.localStorage.setItem('tus::kargah-user_1-digits.csv-5-1::77', JSON.stringify(kept));
}

describe('an upload', () => {
  it('sends the file in chunks and leaves the list when the dataset is made', async () => {
    expect(kargah.uploads.add([file('digits.csv', 'a,b\n1')])).toEqual([]);
    expect(items().get()).toMatchObject([{ name: 'digits.csv', size: 5, state: 'sending' }]);
    await until((all) => all.length === 0);
    expect(received.toString()).toBe('a,b\n1');
    expect(Object.keys(window.localStorage).filter((key) => key.startsWith('tus::'))).toEqual([]);
  });

  it('knows which dataset it becomes as soon as the bridge has said so', async () => {
    kargah.uploads.add([file('digits.csv', 'a,b\n1')]);
    const [known] = await until((all) => all[0]?.datasetId != null);
    expect(known?.datasetId).toBe('ds_aaaaaa');
    await until((all) => all.length === 0);
  });

  it('of a file that the project has already is told so at its end, and of another is not', async () => {
    const told: string[] = [];
    const onSame = (datasetId: string): void => void told.push(datasetId);
    kargah.uploads.add([file('digits.csv', 'a,b\n1')], { onSame });
    await until((all) => all.length === 0);
    expect(told).toEqual([]);
    received = Buffer.alloc(0);
    kargah.uploads.add([file('again.csv', 'known')], { onSame });
    await until((all) => all.length === 0);
    expect(told).toEqual(['ds_bbbbbb']);
  });

  it('is refused at once when the file is empty or of no known format', () => {
    expect(kargah.uploads.add([file('a.exe', 'x'), file('b.csv', '')])).toEqual([
      { name: 'a.exe', reason: 'format' },
      { name: 'b.csv', reason: 'empty' },
    ]);
    expect(items().get()).toEqual([]);
  });

  it('shows why the bridge refused it', async () => {
    status = 415;
    kargah.uploads.add([file('digits.csv', 'a,b\n1')]);
    const [failed] = await until((all) => all[0]?.state === 'failed');
    expect(failed?.error).toMatchObject({ code: 'unsupported_format', detail_fa: 'فقط CSV.' });
    expect(mayGoOn(failed!)).toBe(false);
    kargah.uploads.dismiss(failed?.id ?? '');
    expect(items().get()).toEqual([]);
  });

  it('that found the disk full goes on from where it stands when there is room', async () => {
    refusal = problem(507, 'storage_full');
    kargah.uploads.add([file('digits.csv', 'a,b\n1')]);
    const [failed] = await until((all) => all[0]?.state === 'failed');
    expect(failed?.error?.code).toBe('storage_full');
    expect(mayGoOn(failed!)).toBe(true);
    refusal = null;
    received = Buffer.from('a,b');
    kargah.uploads.resume(failed?.id ?? '');
    await until((all) => all.length === 0);
    expect(received.toString()).toBe('a,b\n1');
    expect(bridge.requests.filter((one) => one === 'POST /api/v1/uploads')).toHaveLength(1);
  });

  it('that the quota refused begins when something was deleted', async () => {
    status = 413;
    kargah.uploads.add([file('digits.csv', 'a,b\n1')]);
    const [failed] = await until((all) => all[0]?.state === 'failed');
    expect(mayGoOn(failed!)).toBe(true);
    status = 204;
    kargah.uploads.resume(failed?.id ?? '');
    await until((all) => all.length === 0);
    expect(received.toString()).toBe('a,b\n1');
  });

  it('pauses, and goes on from where it was', async () => {
    kargah.uploads.add([file('digits.csv', 'a,b\n1')]);
    const id = items().get()[0]?.id ?? '';
    kargah.uploads.pause(id);
    expect(items().get()[0]?.state).toBe('paused');
    // The library is loaded on first use; resuming before that is as good.
    await import('tus-js-client');
    // Whatever it had sent before this was asked would have arrived before it.
    await fetch(`${bridge.url}/api/v1/system`);
    expect(bridge.requests.filter((one) => one.includes('/uploads'))).toEqual([]);
    kargah.uploads.resume(id);
    await until((all) => all.length === 0);
    expect(received.toString()).toBe('a,b\n1');
  });

  it('that a reload interrupted asks for the file again, and takes it up', async () => {
    keepUpload();
    received = Buffer.from('a,b');
    const later = kargahFor(bridge.url);
    await later.api.session.start();
    const waiting = await when(later.uploads.items, (all): all is typeof all => all.length === 1);
    expect(waiting[0]).toMatchObject({ name: 'digits.csv', state: 'needs_file' });
    later.uploads.add([file('digits.csv', 'a,b\n1')]);
    await when(later.uploads.items, (all): all is typeof all => all.length === 0);
    expect(received.toString()).toBe('a,b\n1');
    later.api.session.dispose();
  });

  it.each([500, 503, 401, 429])(
    'that is not told how far it got (%d) asks again and sends nothing twice',
    async (how) => {
      keepUpload();
      received = Buffer.from('a,b');
      unanswered = how;
      kargah.uploads.add([file('digits.csv', 'a,b\n1')]);
      await until((all) => all.length === 0);
      expect(received.toString()).toBe('a,b\n1');
      expect(bridge.requests.filter((one) => one === 'POST /api/v1/uploads')).toEqual([]);
    },
  );

  it('that the bridge does not know any more begins anew', async () => {
    keepUpload();
    unanswered = 404;
    kargah.uploads.add([file('digits.csv', 'a,b\n1')]);
    await until((all) => all.length === 0);
    expect(received.toString()).toBe('a,b\n1');
    expect(bridge.requests.filter((one) => one === 'POST /api/v1/uploads')).toHaveLength(1);
  });
});

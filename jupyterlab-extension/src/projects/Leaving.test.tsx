import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { page, problem, session, TestBridge } from '../testing/bridge.js';
import { kargahFor, renderIn } from '../testing/render.js';
import type { Leaving as WhatLeaves } from '../api/types.js';
import Leaving from './Leaving.js';

const FREE: WhatLeaves = { last_admin: false, sweeps: [], hand_over: { count: 0, items: [] }, stays: 2 };
const ALONE: WhatLeaves = {
  ...FREE,
  hand_over: {
    count: 2,
    items: [
      { project_id: 'prj_1', name: 'باغ', members: 3, deleted_at: null },
      { project_id: 'prj_2', name: 'خانه', members: 0, deleted_at: '2026-11-01T00:00:00.000Z' },
    ],
  },
};
const SARA = { user_id: 'u_sara', name: 'سارا' };

let bridge: TestBridge;
let kargah: ReturnType<typeof kargahFor>;
let found: WhatLeaves;
let gone: boolean;
let sent: { path: string; body: string }[];
const plain = (text: string): string => text.replace(/[\u2066-\u2069]/gu, '');

beforeEach(async () => {
  gone = false;
  sent = [];
  bridge = await TestBridge.start(({ method, path, body }) => {
    if (path.endsWith('/leaving')) return { status: 200, body: found };
    if (path.endsWith('/auth/leave') || (method === 'DELETE' && path.startsWith('/api/v1/people/'))) {
      sent.push({ path, body: body.toString() });
      const refused = `${path} ${body.toString()}`.includes('nobody');
      if (refused) return problem(422, 'heir_unknown', 'No such account.', 'چنین حسابی نیست.');
      if (body.toString().includes('wrong')) return problem(422, 'wrong_password', 'Wrong.', 'رمز درست نیست.');
      return { status: 200, body: { projects: 2 } };
    }
    if (path.endsWith('/auth/logout')) return { status: 204 };
    return path.includes('/auth/') ? session('t') : page();
  });
  kargah = kargahFor(bridge.url);
  await kargah.api.session.login({ email: 'a@b.co', password: 'x' });
});
afterEach(async () => {
  cleanup();
  kargah.api.session.dispose();
  await bridge.stop();
});
const show = (person: typeof SARA | null, what: WhatLeaves): void => {
  found = what;
  renderIn(kargah, <Leaving person={person} onGone={() => (gone = true)} />);
};
const write = async (label: RegExp, value: string): Promise<void> =>
  void fireEvent.change(await screen.findByLabelText(label), { target: { value } });
const press = async (name: string): Promise<void> => void fireEvent.click(await screen.findByRole('button', { name }));

it('of somebody who is removed it is said which projects go to whom, and nothing goes before somebody is named', async () => {
  show(SARA, ALONE);
  const rows = async () => (await screen.findAllByRole('listitem')).map(({ textContent }) => plain(textContent));
  expect(await rows()).toEqual(['باغ ۳ عضو دیگر', 'خانه ۰ عضو دیگر؛ حذف شده، هنوز می‌توان بازگرداند']);
  await press('حذف حساب');
  expect((await screen.findByRole('alert')).textContent).toBe('این فیلد را پر کنید.');
  expect(sent).toEqual([]);
  await write(/^ایمیل/u, 'nobody@example.org');
  expect((await rows())[0]).toBe('باغ ۳ عضو دیگر؛ می‌رسد به nobody@example.org');
  await press('حذف حساب');
  await waitFor(() => expect(screen.getByRole('alert').textContent).toBe('چنین حسابی نیست.'));
  expect(gone).toBe(false);
  await write(/^ایمیل/u, 'reza@example.org');
  await press('حذف حساب');
  await waitFor(() => expect(gone).toBe(true));
  expect(sent.at(-1)!.path).toBe('/api/v1/people/u_sara?hand_to=reza%40example.org');
  expect(kargah.api.session.state.get().status).toBe('signed_in');
});

it('somebody whose projects all have another owner is removed without naming anybody', async () => {
  show(SARA, FREE);
  await press('حذف حساب');
  await waitFor(() => expect(gone).toBe(true));
  expect(sent).toEqual([{ path: '/api/v1/people/u_sara', body: '' }]);
});

it('whoever leaves writes their password, and is signed out', async () => {
  show(null, ALONE);
  await write(/^ایمیل/u, 'reza@example.org');
  await write(/^رمز کنونی/u, 'wrong');
  await press('حذف حساب من');
  expect((await screen.findByRole('alert')).textContent).toBe('رمز درست نیست.');
  expect(kargah.api.session.state.get().status).toBe('signed_in');
  await write(/^رمز کنونی/u, 'right');
  await press('حذف حساب من');
  await waitFor(() => expect(gone).toBe(true));
  expect(JSON.parse(sent.at(-1)!.body)).toEqual({ current_password: 'right', hand_to: 'reza@example.org' });
  expect(kargah.api.session.state.get()).toEqual({ status: 'signed_out', reason: 'signed_out' });
});

it('the last administrator, and whose sweeps go on, is told what comes first and cannot leave', async () => {
  show(null, { ...FREE, last_admin: true, sweeps: ['عمق درخت'] });
  expect(await screen.findByText(/کس دیگری را مدیر کنید/u)).toBeTruthy();
  expect(screen.getByText('عمق درخت')).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'حذف حساب من' }).disabled).toBe(true);
});

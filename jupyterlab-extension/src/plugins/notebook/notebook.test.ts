import { waitFor } from '@testing-library/react';
import { session, TestBridge } from '../../testing/bridge.js';
import { kargahFor } from '../../testing/render.js';
import { notebook } from './notebook.js';

let held: string | null;
const mockHeld = {
  answer: (method: string, body: string): object => {
    if (method === 'PUT') held = (JSON.parse(body) as { token_id: string }).token_id;
    if (method === 'DELETE') held = null;
    return method === 'GET' ? { token_id: held } : {};
  },
};

// JupyterLab's own request layer needs a whole JupyterLab; what the Jupyter server keeps is a variable here.
jest.mock('@jupyterlab/services', () => ({
  ServerConnection: {
    makeSettings: () => ({ baseUrl: 'http://jupyter.invalid/' }),
    makeRequest: (_url: string, { method, body = '' }: { method: string; body?: string }) =>
      Promise.resolve({ ok: true, status: 200, json: () => Promise.resolve(mockHeld.answer(method, body)) }),
    ResponseError: Error,
  },
}));
jest.mock('@jupyterlab/coreutils', () => ({ URLExt: { join: (...parts: string[]) => parts.join('') } }));

let bridge: TestBridge;
let made: number;

beforeEach(async () => {
  window.localStorage.clear();
  held = null;
  made = 0;
  bridge = await TestBridge.start(({ method, path }) => {
    if (path === '/api/v1/auth/tokens' && method === 'POST') {
      made += 1;
      const expires_at = new Date(Date.now() + 30 * 86_400_000).toISOString();
      return { status: 201, body: { token_id: `tok_${String(made)}`, token: 'kgh_x', expires_at } };
    }
    return path.includes('/auth/') ? session('t') : { status: 200, body: { items: [], next_cursor: null } };
  });
});
afterEach(() => bridge.stop());

describe('the notebooks of this JupyterLab', () => {
  it('get one token, however often the session is renewed while it is made', async () => {
    const kargah = kargahFor(bridge.url);
    // It asks nothing of the application itself.
    await notebook.activate(undefined as never, kargah.api, kargah, kargah.shell);
    await kargah.api.session.login({ email: 'a@b.co', password: 'x' });
    await kargah.api.session.renew();
    await kargah.api.session.renew();
    const asked = (): number => bridge.requests.filter((one) => one === 'POST /api/v1/auth/tokens').length;
    await waitFor(() => expect(held).toBe('tok_1'));
    await kargah.api.session.renew();
    expect([asked(), held]).toEqual([1, 'tok_1']);
    kargah.api.session.dispose();
  });
});

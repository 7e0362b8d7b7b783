import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { SignUp } from '../api/types.js';
import { type Answer, page, problem, session, TestBridge } from '../testing/bridge.js';
import { kargahFor, renderIn } from '../testing/render.js';
import { AuthForm } from './AuthForm.js';

let bridge: TestBridge;
let kargah: ReturnType<typeof kargahFor>;

const OPEN: SignUp = { open: true, first: false, code_required: false, invited: true };
const CLOSED: SignUp = { open: false, first: false, code_required: false, invited: false };
const asked = (): string[] => bridge.requests.filter((request) => !request.endsWith('/auth/signup'));

/** Answers about accounts as the test says, and how they are made; who is signed in has empty lists. */
function answers(signUp: SignUp, account: () => Answer): void {
  bridge.answer(({ path }) => {
    if (path.endsWith('/auth/signup')) return { status: 200, body: signUp };
    return path.includes('/auth/') ? account() : page();
  });
}

beforeEach(async () => {
  bridge = await TestBridge.start(() => page());
  answers(OPEN, () => session('t'));
  kargah = kargahFor(bridge.url);
});
afterEach(async () => {
  kargah.api.session.dispose();
  await bridge.stop();
});

async function fillIn(email: string, password: string): Promise<void> {
  await userEvent.type(await screen.findByLabelText(/^ایمیل/), email);
  await userEvent.type(screen.getByLabelText(/^رمز عبور/), password);
}
const refusal = () => screen.findByRole('alert');

describe('the sign-in form', () => {
  it('signs in', async () => {
    renderIn(kargah, <AuthForm expired={false} />);
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ورود' }));
    await waitFor(() => expect(kargah.api.session.state.get().status).toBe('signed_in'));
  });

  it('says in Persian that the password is wrong, at the password', async () => {
    answers(OPEN, () => problem(401, 'bad_credentials', 'Wrong email or password.', 'رمز یا ایمیل درست نیست.'));
    renderIn(kargah, <AuthForm expired={false} />);
    await fillIn('sara@example.com', 'something else');
    await userEvent.click(screen.getByRole('button', { name: 'ورود' }));
    expect((await refusal()).textContent).toBe('رمز یا ایمیل درست نیست.');
    const password = screen.getByLabelText(/^رمز عبور/);
    expect(password.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(password);
  });

  it('asks for what is missing without asking the bridge', async () => {
    renderIn(kargah, <AuthForm expired={false} />);
    await userEvent.click(await screen.findByRole('button', { name: 'ورود' }));
    expect(screen.getAllByText('این فیلد را پر کنید.')).toHaveLength(2);
    expect(asked()).toEqual([]);
  });

  it('says that a session ended', async () => {
    renderIn(kargah, <AuthForm expired />);
    expect(await screen.findByText('نشست پایان یافت؛ دوباره وارد شوید.')).toBeTruthy();
  });

  it('says that Kargah does not answer', async () => {
    await bridge.stop();
    renderIn(kargah, <AuthForm expired={false} />);
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ورود' }));
    expect(await screen.findByText('کارگاه پاسخ نمی‌دهد.')).toBeTruthy();
  });

  it('shows and hides the password', async () => {
    renderIn(kargah, <AuthForm expired={false} />);
    const password = await screen.findByLabelText(/^رمز عبور/);
    await userEvent.click(screen.getByRole('button', { name: 'نمایش رمز عبور' }));
    expect(password.getAttribute('type')).toBe('text');
    await userEvent.click(screen.getByRole('button', { name: 'پنهان کردن رمز عبور' }));
    expect(password.getAttribute('type')).toBe('password');
  });
});

describe('the registration form', () => {
  beforeEach(async () => {
    renderIn(kargah, <AuthForm expired={false} />);
    await userEvent.click(await screen.findByRole('button', { name: 'ساختن حساب' }));
  });

  it('makes an account', async () => {
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    await waitFor(() => expect(kargah.api.session.state.get().status).toBe('signed_in'));
    expect(bridge.requests).toContain('POST /api/v1/auth/register');
  });

  it('refuses a short password before sending it', async () => {
    await fillIn('sara@example.com', 'short');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    expect((await refusal()).textContent).toBe('دست‌کم ۱۲ نویسه لازم است؛ یک جملهٔ کوتاه خوب است.');
    expect(asked()).toEqual([]);
  });

  it('says that an email is taken, at the email', async () => {
    answers(OPEN, () => problem(409, 'email_taken', 'Taken.', 'این ایمیل حساب دارد؛ وارد شوید.'));
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    expect((await refusal()).textContent).toBe('این ایمیل حساب دارد؛ وارد شوید.');
    expect(document.activeElement).toBe(screen.getByLabelText(/^ایمیل/));
  });

  it('says that a password is easy to guess', async () => {
    answers(OPEN, () => problem(422, 'common_password', 'Easy.', 'این رمز به‌آسانی حدس زده می‌شود.'));
    await fillIn('sara@example.com', 'password1234');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    expect((await refusal()).textContent).toBe('این رمز به‌آسانی حدس زده می‌شود.');
  });

  it('says that an email is not complete when its box is left', async () => {
    await userEvent.type(screen.getByLabelText(/^ایمیل/), 'sara@');
    await userEvent.tab();
    expect((await refusal()).textContent).toContain('نشانی ایمیل کامل نیست');
  });
});

describe('where there is no account yet', () => {
  const FIRST: SignUp = { open: true, first: true, code_required: false, invited: false };

  it('offers to make the first one, and nothing else', async () => {
    answers(FIRST, () => session('t'));
    renderIn(kargah, <AuthForm expired={false} />);
    expect((await screen.findByRole('heading', { name: 'ساختن نخستین حساب' })).textContent).toBeTruthy();
    expect(screen.queryByLabelText(/^کد/)).toBeNull();
    expect(screen.queryByRole('button', { name: 'ورود' })).toBeNull();
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    await waitFor(() => expect(kargah.api.session.state.get().status).toBe('signed_in'));
  });

  it('asks for the code where one is needed, sends it, and says at its box that it is wrong', async () => {
    const sent: unknown[] = [];
    bridge.answer(({ path, body }) => {
      if (path.endsWith('/auth/signup')) return { status: 200, body: { ...FIRST, code_required: true } };
      sent.push(JSON.parse(body.toString()));
      return problem(403, 'signup_code_wrong', 'Not the code.', 'این کدِ این بار نیست.');
    });
    renderIn(kargah, <AuthForm expired={false} />);
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    expect((await refusal()).textContent).toBe('این فیلد را پر کنید.');
    expect(sent).toEqual([]);
    const code = screen.getByLabelText(/^کد نخستین حساب/);
    expect(document.activeElement).toBe(code);
    await userEvent.type(code, 'abcd-efgh');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    await waitFor(async () => expect((await refusal()).textContent).toBe('این کدِ این بار نیست.'));
    expect(document.activeElement).toBe(code);
    expect(sent).toMatchObject([{ signup_code: 'abcd-efgh' }]);
  });

  it('goes back to signing in when somebody else was first', async () => {
    answers(FIRST, () => session('t'));
    renderIn(kargah, <AuthForm expired={false} />);
    await fillIn('sara@example.com', 'correct horse battery');
    answers(CLOSED, () => problem(403, 'signup_closed', 'Closed.', 'ساختن حساب این‌جا بسته است.'));
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    expect(await screen.findByRole('heading', { name: 'ورود به کارگاه' })).toBeTruthy();
    expect(screen.getByText('ساختن حساب این‌جا بسته است.')).toBeTruthy();
  });
});

it('offers no account where none can be made, and says who could', async () => {
  answers(CLOSED, () => session('t'));
  renderIn(kargah, <AuthForm expired={false} />);
  await screen.findByRole('button', { name: 'ورود' });
  expect(screen.queryByRole('button', { name: 'ساختن حساب' })).toBeNull();
  expect(screen.getByText(/ساختن حساب این‌جا بسته است/)).toBeTruthy();
});

it('offers both where nobody says whether accounts can be made', async () => {
  bridge.answer(() => problem(404, 'not_found'));
  renderIn(kargah, <AuthForm expired={false} />);
  expect(await screen.findByRole('button', { name: 'ساختن حساب' })).toBeTruthy();
  expect(screen.getByRole('button', { name: 'ورود' })).toBeTruthy();
});

describe('somebody who opened the link of an invitation', () => {
  const offer = { project_name: 'گل‌ها', invited_by: 'مینا', role: 'viewer', expires_at: '2026-12-01T00:00:00Z' };
  const sent: { path: string; body: Record<string, unknown> }[] = [];
  const invitedTo = (signUp: SignUp, look: () => Answer, register: () => Answer): void => {
    sent.length = 0;
    bridge.answer(({ path, body }) => {
      if (path.endsWith('/auth/signup')) return { status: 200, body: signUp };
      if (path.endsWith('/invitations/look')) return look();
      if (!path.includes('/auth/')) return page();
      sent.push({ path, body: JSON.parse(body.toString() || '{}') as Record<string, unknown> });
      return register();
    });
    kargah.api.session.invitation.set('kgi_token');
    renderIn(kargah, <AuthForm expired={false} />);
  };
  const open = (): Answer => ({ status: 200, body: offer });
  const BY_INVITATION: SignUp = { ...CLOSED, invited: true };

  it('makes an account with it, and is in its project', async () => {
    invitedTo(BY_INVITATION, open, () => {
      const made = session('t');
      return { ...made, body: { ...(made.body as object), project_id: 'prj_flowers' } };
    });
    expect(await screen.findByText(/مینا/)).toBeTruthy();
    expect(await screen.findByRole('heading', { name: 'ساختن حساب' })).toBeTruthy();
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    await waitFor(() => expect(kargah.api.project.get()).toBe('prj_flowers'));
    expect(sent).toMatchObject([{ path: '/api/v1/auth/register', body: { invitation: 'kgi_token' } }]);
    expect(kargah.api.session.invitation.get()).toBeNull();
  });

  it('signs in instead where they have an account, and keeps it for then', async () => {
    invitedTo(BY_INVITATION, open, () => session('t'));
    await screen.findByRole('heading', { name: 'ساختن حساب' });
    await userEvent.click(screen.getByRole('button', { name: 'ورود' }));
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ورود' }));
    await waitFor(() => expect(kargah.api.session.state.get().status).toBe('signed_in'));
    expect(sent).toMatchObject([{ path: '/api/v1/auth/login', body: { email: 'sara@example.com' } }]);
    expect(kargah.api.session.invitation.get()).toBe('kgi_token');
  });

  it('takes the code for a new password from the link that the page was opened by', async () => {
    kargah.api.session.resetCode.set('kgr_token');
    invitedTo(CLOSED, open, () => session('t'));
    await screen.findByRole('heading', { name: 'رمز عبور جدید' });
    expect(screen.getByLabelText<HTMLInputElement>(/^کد بازنشانی رمز/).value).toBe('kgr_token');
    await userEvent.type(screen.getByLabelText(/^رمز عبور/, { selector: 'input' }), 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ثبت رمز جدید' }));
    await waitFor(() => expect(kargah.api.session.resetCode.get()).toBeNull());
    expect(sent).toMatchObject([{ path: '/api/v1/auth/reset', body: { token: 'kgr_token' } }]);
  });

  it('only signs in where accounts are closed', async () => {
    invitedTo(CLOSED, open, () => session('t'));
    expect(await screen.findByText(/برای پذیرفتن وارد شوید/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'ساختن حساب' })).toBeNull();
  });

  it('is told that it is over, once, and how accounts are made', async () => {
    invitedTo(
      BY_INVITATION,
      () => problem(410, 'invitation_used', 'It was used.', 'این دعوت استفاده شده است.'),
      () => session('t'),
    );
    expect(await screen.findByText(/این دعوت استفاده شده است/)).toBeTruthy();
    expect(screen.getByText(/حساب با دعوت ساخته می‌شود/)).toBeTruthy();
    expect(kargah.api.session.invitation.get()).toBeNull();
  });
});

import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { page, problem, session, TestBridge } from '../testing/bridge.js';
import { kargahFor, renderIn } from '../testing/render.js';
import { AuthForm } from './AuthForm.js';

let bridge: TestBridge;
let kargah: ReturnType<typeof kargahFor>;

beforeEach(async () => {
  bridge = await TestBridge.start(({ path }) => (path.includes('/auth/') ? session('t') : page()));
  kargah = kargahFor(bridge.url);
});
afterEach(async () => {
  kargah.api.session.dispose();
  await bridge.stop();
});

async function fillIn(email: string, password: string): Promise<void> {
  await userEvent.type(screen.getByLabelText(/^ایمیل/), email);
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
    bridge.answer(() => problem(401, 'bad_credentials', 'Wrong email or password.', 'رمز یا ایمیل درست نیست.'));
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
    await userEvent.click(screen.getByRole('button', { name: 'ورود' }));
    expect(screen.getAllByText('این خانه را پر کنید.')).toHaveLength(2);
    expect(bridge.requests).toEqual([]);
  });

  it('says that a session ended', () => {
    renderIn(kargah, <AuthForm expired />);
    expect(screen.getByText('نشست پایان یافت؛ دوباره وارد شوید.')).toBeTruthy();
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
    const password = screen.getByLabelText(/^رمز عبور/);
    await userEvent.click(screen.getByRole('button', { name: 'نمایش رمز عبور' }));
    expect(password.getAttribute('type')).toBe('text');
    await userEvent.click(screen.getByRole('button', { name: 'پنهان کردن رمز عبور' }));
    expect(password.getAttribute('type')).toBe('password');
  });
});

describe('the registration form', () => {
  beforeEach(async () => {
    renderIn(kargah, <AuthForm expired={false} />);
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
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
    expect(bridge.requests).toEqual([]);
  });

  it('says that an email is taken, at the email', async () => {
    bridge.answer(() => problem(409, 'email_taken', 'Taken.', 'این ایمیل حساب دارد؛ وارد شوید.'));
    await fillIn('sara@example.com', 'correct horse battery');
    await userEvent.click(screen.getByRole('button', { name: 'ساختن حساب' }));
    expect((await refusal()).textContent).toBe('این ایمیل حساب دارد؛ وارد شوید.');
    expect(document.activeElement).toBe(screen.getByLabelText(/^ایمیل/));
  });

  it('says that a password is easy to guess', async () => {
    bridge.answer(() => problem(422, 'common_password', 'Easy.', 'این رمز به‌آسانی حدس زده می‌شود.'));
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

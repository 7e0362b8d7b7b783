import type { Errors } from './entry.js';

/** Accounts, sessions and tokens. */
export const ACCOUNTS = {
  unauthenticated: { status: 401, en: 'Sign in first.', fa: 'ابتدا وارد شوید.' },
  token_expired: { status: 401, en: 'Session ended; sign in again.', fa: 'نشست پایان یافت؛ دوباره وارد شوید.' },
  session_expired: { status: 401, en: 'Session ended; sign in again.', fa: 'نشست پایان یافت؛ دوباره وارد شوید.' },
  bad_credentials: { status: 401, en: 'Wrong email or password.', fa: 'رمز یا ایمیل درست نیست.' },
  wrong_password: {
    status: 422,
    en: 'This is not your present password; write it again.',
    fa: 'این رمز کنونی شما نیست؛ دوباره بنویسیدش.',
  },
  account_disabled: {
    status: 403,
    en: 'This account is disabled; ask an administrator to enable it.',
    fa: 'این حساب غیرفعال است؛ از مدیر بخواهید فعالش کند.',
  },
  last_admin: {
    status: 409,
    en: 'Nobody would be left to administer this Kargah; make another person admin first.',
    fa: 'مدیری برای این کارگاه نمی‌ماند؛ ابتدا کس دیگری را مدیر کنید.',
  },
  projects_to_hand_over: {
    status: 409,
    en: 'Nobody else owns {names} ({count} in all); say by their e-mail who gets them.',
    fa: 'جز این شخص کسی مالک {names} نیست ({count} پروژه)؛ با ایمیل بگویید به چه کسی برسد.',
  },
  heir_unknown: {
    status: 422,
    en: '{email} is no other account that may be used here; name somebody who has one.',
    fa: 'نشانی {email} حساب دیگری نیست که این‌جا بتوان به کار برد؛ کسی را نام ببرید که حساب دارد.',
  },
  sweeps_to_stop: {
    status: 409,
    en: 'The sweep “{name}” still begins jobs as this person; stop it first.',
    fa: 'جست‌وجوی «{name}» هنوز به نام این شخص کار شروع می‌کند؛ اول متوقفش کنید.',
  },
  reset_link_over: {
    status: 410,
    en: 'This link was used, has expired or was replaced by a newer one; ask an administrator for another.',
    fa: 'این پیوند به کار رفته، زمانش گذشته یا پیوند تازه‌تری جایش آمده است؛ از مدیر پیوند دیگری بخواهید.',
  },
  forbidden: { status: 403, en: 'Your role does not allow this.', fa: 'نقش شما اجازهٔ این کار را نمی‌دهد.' },
  scope_missing: {
    status: 403,
    en: 'This token may not do that: it has no scope “{scope}”; make one that has, in the panel under “My tokens”.',
    fa: 'این توکن اجازهٔ این کار را ندارد: دامنهٔ «{scope}» را ندارد؛ در پنل، در «توکن‌های من»، توکنی با آن بسازید.',
  },
  session_required: {
    status: 403,
    en: 'A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.',
    fa: 'توکن شخصی توکن یا نشستی نمی‌سازد و پایان نمی‌دهد؛ با رمز خود در پنل وارد شوید.',
  },
  only_through_jupyter: {
    status: 403,
    en: 'JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).',
    fa: 'این کارگاه را JupyterLab راه‌اندازی کرده است و ورود همان‌جاست؛ در این نشانی توکن شخصی به کار ببرید («توکن‌های من» در پنل).',
  },
  signup_closed: {
    status: 403,
    en: 'New accounts are closed here; ask the administrator to open them (KARGAH_SIGNUP).',
    fa: 'ساختن حساب این‌جا بسته است؛ از مدیر بخواهید بازش کند (KARGAH_SIGNUP).',
  },
  signup_by_invitation: {
    status: 403,
    en: 'Accounts are made by invitation here; open the link that an owner of a project gives you, or ask an administrator.',
    fa: 'این‌جا حساب با دعوت ساخته می‌شود؛ پیوندی را که مالک یک پروژه به شما می‌دهد باز کنید یا از مدیر بپرسید.',
  },
  signup_code_required: {
    status: 403,
    en: 'The first account needs the code that Kargah printed when it started; it is in its terminal or log, after “code for the first account:”.',
    fa: 'نخستین حساب کدی می‌خواهد که کارگاه هنگام شروع نوشته است؛ آن را در ترمینال یا لاگ کارگاه پس از «code for the first account:» ببینید.',
  },
  signup_code_wrong: {
    status: 403,
    en: 'This is not the code of this start; copy the newest one from the terminal or log of Kargah, after “code for the first account:”.',
    fa: 'این کدِ این بار نیست؛ تازه‌ترین کد را از ترمینال یا لاگ کارگاه، پس از «code for the first account:»، بردارید.',
  },
  client_header_missing: {
    status: 403,
    en: 'Send the X-Kargah-Client header with this request.',
    fa: 'این درخواست سرآیند X-Kargah-Client می‌خواهد.',
  },
  email_taken: {
    status: 409,
    en: 'This email already has an account; sign in.',
    fa: 'این ایمیل حساب دارد؛ وارد شوید.',
  },
  weak_password: {
    status: 422,
    en: 'Use at least {min} characters; a short sentence works well.',
    fa: 'دست‌کم {min} نویسه لازم است؛ یک جملهٔ کوتاه خوب است.',
  },
  password_too_long: {
    status: 422,
    en: 'Use at most {max} characters.',
    fa: 'حداکثر {max} نویسه پذیرفته می‌شود.',
  },
  common_password: {
    status: 422,
    en: 'This password is easy to guess; use a sentence of your own.',
    fa: 'این رمز به‌آسانی حدس زده می‌شود؛ جمله‌ای از خودتان بنویسید.',
  },
  mail_not_set_up: {
    status: 409,
    en: 'This Kargah sends no e-mail: ask for the link without e-mail and hand it over yourself, or ask the administrator to name a mail server (KARGAH_SMTP_URL).',
    fa: 'این کارگاه ایمیل نمی‌فرستد: پیوند را بدون ایمیل بگیرید و خودتان برسانید، یا از مدیر بخواهید سرور ایمیل را تنظیم کند (KARGAH_SMTP_URL).',
  },
} as const satisfies Errors;

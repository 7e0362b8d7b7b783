import type { Errors } from './entry.js';

/** What is moved or copied to another project. */
export const TRANSFERS = {
  transfer_running: {
    status: 409,
    en: 'This is being moved or copied already; wait until that has ended, then try again.',
    fa: 'این را همین حالا دارند جابه‌جا یا کپی می‌کنند؛ تا پایان آن صبر کنید و دوباره تلاش کنید.',
  },
  job_registered: {
    status: 409,
    en: 'Model “{name}” has a version that this job made, and would lose where it came from. Copy the job instead.',
    fa: 'مدل «{name}» نسخه‌ای دارد که این کار ساخته است و با جابه‌جایی تبارش گم می‌شود. به‌جای آن کار را کپی کنید.',
  },
  job_of_sweep: {
    status: 409,
    en: 'This job belongs to a sweep, which needs it for its results. Copy the job instead.',
    fa: 'این کار از یک جست‌وجوی پارامترهاست و نتیجهٔ آن به این کار نیاز دارد. به‌جای آن کار را کپی کنید.',
  },
  job_resumed_now: {
    status: 409,
    en: 'A job that goes on from this one has not ended; wait for it, or copy this one.',
    fa: 'کاری که از این کار ادامه می‌دهد هنوز پایان نیافته است؛ تا پایان آن صبر کنید یا این کار را کپی کنید.',
  },
  copy_differs: {
    status: 502,
    en: 'MLflow did not keep {path} as it was sent; nothing was moved or copied. Look at the disk or the storage behind MLflow, then try again.',
    fa: 'MLflow فایل {path} را همان‌طور که فرستاده شد نگه نداشت؛ چیزی جابه‌جا یا کپی نشد. دیسک یا انبارهٔ پشت MLflow را بررسی کنید و دوباره تلاش کنید.',
  },
  run_changed: {
    status: 409,
    en: 'Something of the run of this job was deleted in MLflow while it was read; nothing was moved or copied. Try again.',
    fa: 'بخشی از اجرای این کار هنگام خواندن آن در MLflow حذف شد؛ چیزی جابه‌جا یا کپی نشد. دوباره تلاش کنید.',
  },
} as const satisfies Errors;

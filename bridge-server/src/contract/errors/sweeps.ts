import type { Errors } from './entry.js';

/** Sweeps, and what jobs leave. */
export const SWEEPS = {
  sweep_space_empty: {
    status: 422,
    en: 'Choose at least one parameter to vary.',
    fa: 'دست‌کم یک پارامتر را برای تغییر انتخاب کنید.',
  },
  sweep_grid_too_large: {
    status: 422,
    en: 'The sweep has {size} {size|combination|combinations}; at most {max} {max|is|are} allowed: give fewer values or choose the guided method.',
    fa: 'این جست‌وجو {size} ترکیب دارد و حداکثر {max} ترکیب ممکن است؛ مقدارهای کمتری بدهید یا روش هوشمند را انتخاب کنید.',
  },
  sweep_not_active: { status: 409, en: 'The sweep has already ended.', fa: 'این جست‌وجو پیش‌تر پایان یافته است.' },
  sweep_active: { status: 409, en: 'Stop the sweep first.', fa: 'ابتدا جست‌وجو را متوقف کنید.' },
  sweep_failed: {
    status: 422,
    en: 'Every job of the sweep failed; look at the first one.',
    fa: 'همهٔ کارهای این جست‌وجو ناموفق بود؛ اولین را ببینید.',
  },
  model_unsafe: {
    status: 409,
    en: 'The model may run code when it is loaded: {part} {reason}. Download it unchecked only if you trust whoever made it.',
    fa: 'این مدل ممکن است هنگام خوانده شدن کدی را اجرا کند: {part} {reason}. تنها اگر به سازنده‌اش اعتماد دارید، آن را بدون بررسی دانلود کنید.',
  },
  weights_unwritable: {
    status: 409,
    en: 'No package can be made of this model: its weight {weight} is of {kind}, which safetensors has not. Download it as .pt2, or the whole MLflow model.',
    fa: 'از این مدل نمی‌توان بسته ساخت: وزن {weight} از نوع {kind} است که در safetensors نیست. فایل ‎.pt2 یا کل مدل MLflow را دانلود کنید.',
  },
  model_not_ready: { status: 409, en: 'Model is ready at the end.', fa: 'مدل در پایان آماده است.' },
  report_missing: {
    status: 404,
    en: 'There is no report on this model: it was trained before reports were, its recipe makes none, or fewer than two rows were held back. Train it again for one.',
    fa: 'این مدل گزارش ندارد: یا پیش از گزارش‌ها آموزش دیده، یا الگوی آن گزارش نمی‌سازد، یا کمتر از دو ردیف کنار گذاشته شده است. برای گزارش، دوباره آموزش دهید.',
  },
  report_rows_missing: {
    status: 404,
    en: 'What this model answered on each row was not kept: an earlier release made its report. Train once more, and compare then.',
    fa: 'پاسخ این مدل به تک‌تک ردیف‌ها نگه داشته نشده است، چون گزارشش را نسخه‌ای قدیمی ساخته است. یک بار دیگر آموزش دهید و سپس مقایسه کنید.',
  },
  rows_differ: {
    status: 409,
    en: '{reason}',
    fa: '{reason_fa}',
  },
  quota_jobs: {
    status: 429,
    en: 'You already have {max} {max|job|jobs} waiting; wait for one to end.',
    fa: 'هم‌اکنون {max} کار در صف دارید؛ صبر کنید یکی پایان یابد.',
  },
} as const satisfies Errors;

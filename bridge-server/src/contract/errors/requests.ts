import type { Errors } from './entry.js';

/** Any request. */
export const REQUESTS = {
  validation_failed: {
    status: 422,
    en: 'Some values are not valid; correct the marked fields.',
    fa: 'بعضی مقدارها درست نیست؛ فیلدهای مشخص‌شده را اصلاح کنید.',
  },
  malformed_json: { status: 400, en: 'The request body is not valid JSON.', fa: 'متن درخواست JSON درستی نیست.' },
  payload_too_large: { status: 413, en: 'The request is larger than {limit}.', fa: 'درخواست از {limit} بزرگ‌تر است.' },
  unsupported_media_type: {
    status: 415,
    en: 'Send the request as {expected}.',
    fa: 'درخواست را به شکل {expected} بفرستید.',
  },
  malformed_request: {
    status: 400,
    en: 'This is not a valid HTTP request.',
    fa: 'این درخواست HTTP درستی نیست.',
  },
  request_timeout: {
    status: 408,
    en: 'The request stopped coming before its end; send it again.',
    fa: 'درخواست پیش از پایانش قطع شد؛ دوباره بفرستیدش.',
  },
  headers_too_large: {
    status: 431,
    en: 'The headers of the request are larger than {limit}; send fewer cookies or shorter values.',
    fa: 'سرآیندهای درخواست از {limit} بزرگ‌تر است؛ کوکی کم‌تر یا مقدار کوتاه‌تر بفرستید.',
  },
  wrong_host: {
    status: 421,
    en: 'This Kargah does not answer to that name; the administrator adds its address to KARGAH_PUBLIC_URL.',
    fa: 'این کارگاه به این نام پاسخ نمی‌دهد؛ مدیر نشانی‌اش را به KARGAH_PUBLIC_URL بیفزاید.',
  },
  method_not_allowed: {
    status: 405,
    en: 'This address does not take {method}.',
    fa: 'این نشانی متد {method} را نمی‌پذیرد.',
  },
  not_found: { status: 404, en: 'Not found, or no access.', fa: 'پیدا نشد یا دسترسی ندارید.' },
  conflict: {
    status: 409,
    en: 'Someone changed this meanwhile; reload and try again.',
    fa: 'این مورد هم‌زمان تغییر کرده است؛ صفحه را دوباره باز کنید و دوباره تلاش کنید.',
  },
  rate_limited: {
    status: 429,
    en: 'Too many attempts; try again in {seconds} s.',
    fa: 'تلاش‌ها زیاد بود؛ {seconds} ثانیهٔ دیگر دوباره تلاش کنید.',
  },
  internal: { status: 500, en: 'Our error; send {request_id}.', fa: 'خطا از ماست؛ کد {request_id} را بفرستید.' },
  storage_full: {
    status: 507,
    en: 'The disk is full; free some space and try again.',
    fa: 'فضای دیسک پر است؛ جا باز کنید و دوباره تلاش کنید.',
  },
  shutting_down: {
    status: 503,
    en: 'The bridge is restarting; try again in a moment.',
    fa: 'کارگاه در حال راه‌اندازی دوباره است؛ کمی بعد دوباره تلاش کنید.',
  },
} as const satisfies Errors;

import type { Errors } from './entry.js';

/** MLflow and its gateway. */
export const MLFLOW = {
  mlflow_unavailable: {
    status: 503,
    en: 'MLflow does not answer now; it is being restarted.',
    fa: 'سرور MLflow اکنون پاسخ نمی‌دهد؛ در حال راه‌اندازی دوباره است.',
  },
  points_waiting: {
    status: 503,
    en: 'Too many points wait for MLflow; send these again in a moment.',
    fa: 'نقطه‌های زیادی در صف MLflow است؛ کمی بعد دوباره بفرستید.',
  },
  mlflow_closed: { status: 404, en: 'This part of MLflow is closed here.', fa: 'این بخش از MLflow این‌جا بسته است.' },
  mlflow_not_implemented: {
    status: 501,
    en: '{what} is not supported for the current artifact repository; MLflow’s clients take the plain way.',
    fa: '{what} این‌جا نیست؛ کلاینت MLflow راه ساده را می‌رود.',
  },
  mlflow_parameter_missing: {
    status: 400,
    en: 'Missing value for required parameter “{name}”.',
    fa: 'پارامتر لازم «{name}» مقدار ندارد.',
  },
  mlflow_reserved_key: {
    status: 400,
    en: 'Tags of runs and experiments that begin with “kargah.” are set by the bridge alone; choose another key than “{key}”.',
    fa: 'برچسب‌های اجراها و آزمایش‌ها را که با «kargah.» شروع می‌شود تنها پل می‌گذارد؛ کلیدی جز «{key}» بردارید.',
  },
  mlflow_source_refused: {
    status: 400,
    en: 'Invalid model version source: “{source}”. Use one that begins with runs:/, models:/ or mlflow-artifacts:/.',
    fa: 'مبدأ نسخهٔ مدل «{source}» پذیرفته نیست؛ مبدأیی بدهید که با runs:/ یا models:/ یا mlflow-artifacts:/ شروع شود.',
  },
  mlflow_artifact_name: {
    status: 400,
    en: 'Invalid path: name a file below the run, each name in it of at most 255 bytes.',
    fa: 'مسیر درست نیست: فایلی زیر اجرا را نام ببرید که هر نامش حداکثر ۲۵۵ بایت باشد.',
  },
  mlflow_query_refused: {
    status: 400,
    en: 'Send a GraphQL query of text, at most {limit} levels deep.',
    fa: 'یک پرس‌وجوی GraphQL متنی با حداکثر {limit} سطح بفرستید.',
  },
  mlflow_busy: {
    status: 429,
    en: 'Too many files at once; send this one again in a moment.',
    fa: 'فایل‌های هم‌زمان زیاد است؛ کمی بعد این را دوباره بفرستید.',
  },
} as const satisfies Errors;

import type { Errors } from './entry.js';

/** Why a job waits, and why it was started cold. */
export const WAITS = {
  // Why a job waits
  waiting_for_turn: {
    status: 409,
    en: 'Jobs before it: {jobs}.',
    fa: '{jobs} کار جلوتر از آن است.',
  },
  waiting_for_cpu: {
    status: 409,
    en: 'Free cores needed: {wanted}; free now: {free}.',
    fa: '{wanted} هستهٔ آزاد می‌خواهد؛ {free} آزاد است.',
  },
  waiting_for_memory: {
    status: 409,
    en: 'It needs {wanted} MB of free memory; {free} MB are free.',
    fa: '{wanted} مگابایت حافظهٔ آزاد می‌خواهد؛ {free} مگابایت آزاد است.',
  },
  waiting_for_gpu: {
    status: 409,
    en: 'Free GPUs needed: {wanted}; free now: {free}.',
    fa: '{wanted} GPU آزاد می‌خواهد؛ {free} آزاد است.',
  },
  waiting_for_own_limit: {
    status: 409,
    en: 'You already run {max} {max|job|jobs}, as many as one person may.',
    fa: 'هم‌اکنون {max} کار در حال اجرا دارید و سقف هر نفر همین است؛ با پایان یکی، این کار شروع می‌شود.',
  },
  waiting_for_mlflow: {
    status: 409,
    en: 'MLflow is starting; the job begins when it is up.',
    fa: 'سرور MLflow در حال راه‌اندازی است؛ کار پس از آن شروع می‌شود.',
  },

  // Why a job was started cold
  warm_launcher_starting: {
    status: 409,
    en: 'The warm launcher was still loading.',
    fa: 'شروع گرم هنوز آماده نبود.',
  },
  warm_launcher_failed: {
    status: 409,
    en: 'The warm launcher does not run: {reason}.',
    fa: 'شروع گرم کار نمی‌کند: {reason}.',
  },
  warm_launcher_unsafe: {
    status: 409,
    en: 'Forking would not be safe: {reason}.',
    fa: 'شروع گرم امن نبود: {reason}.',
  },
  warm_launcher_first_job: {
    status: 409,
    en: 'It is the first job of this Python; the next ones start warm.',
    fa: 'اولین کار این پایتون است؛ کارهای بعدی گرم شروع می‌شود.',
  },

  warm_launcher_recipe: {
    status: 409,
    en: 'The warm launcher does not have recipe {recipe} yet.',
    fa: 'شروع گرم هنوز الگوی {recipe} را ندارد.',
  },
  warm_launcher_variable: {
    status: 409,
    en: 'It sets {name}, which counts when a Python starts.',
    fa: 'متغیر {name} را دارد که هنگام شروع پایتون به کار می‌آید.',
  },
} as const satisfies Errors;
